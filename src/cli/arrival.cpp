#include "cli/arrival.hpp"

#include <algorithm>
#include <utility>

#include "instructor/codec.hpp"

namespace instructor::cli {

namespace {

std::string around(const std::string& path) { return path.substr(0, std::min(path.rfind('/'), path.size())); }

}  // namespace

void Arrival::take(const std::string& path, const FieldChange& change) {
  if (change.kind == FieldChange::Kind::restarted) {
    *this = {};
    return;
  }
  begun_ = true;
  Json& place = value_[Json::json_pointer(path)];
  switch (change.kind) {
    case FieldChange::Kind::begun:
      place = change.json == "[]" ? Json::array() : Json::object();
      growing_ = path;
      break;
    case FieldChange::Kind::appended:
      if (!place.is_string()) place = "";
      place.get_ref<std::string&>().append(change.text);
      growing_ = path;
      break;
    case FieldChange::Kind::set:
    case FieldChange::Kind::completed: {
      DecodeOptions options;
      options.max_depth = static_cast<std::size_t>(-1);
      if (auto value = decode<Json>(change.json, options)) place = *std::move(value);
      growing_ = around(path);
      break;
    }
    case FieldChange::Kind::restarted: break;
  }
}

}  // namespace instructor::cli
