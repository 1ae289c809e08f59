// expect: format(name): no such format; there are date-time, date, time, duration, email

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
  std::string value;
  static constexpr auto describe() {
#ifdef GOOD
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::format("email")));
#else
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::format("e-mail")));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
