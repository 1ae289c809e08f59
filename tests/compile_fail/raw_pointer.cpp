// expect: a raw pointer has no JSON form; write std::optional<T>, or std::unique_ptr<T> for recursive types

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  std::unique_ptr<Model> next;
#else
  Model* next;
#endif
};

const auto& table = instructor::type_of<Model>().fields[0].type->kind;
