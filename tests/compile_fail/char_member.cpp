// expect: a character type has no JSON form; write std::string for text, or std::int8_t, std::uint8_t and wider for
// numbers

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  std::int8_t grade;
#else
  char grade;
#endif
};

const auto& table = instructor::type_of<Model>().fields[0].type->kind;
