// expect: Formatted<"name">: no such format; there are date-time, date, time, duration, email

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  instructor::Formatted<"email"> value;
#else
  instructor::Formatted<"e-mail"> value;
#endif
};

const auto& table = instructor::type_of<Model>();
