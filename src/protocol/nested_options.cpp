#include "protocol/nested_options.hpp"

#include <string>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"

namespace instructor {

NestedOptions::NestedOptions(const ExtraOptions& extra, std::string_view name) : name_(name), said_(Json::object()) {
  const std::string* const text = extra.find(name);
  if (text == nullptr) return;
  std::expected<Json, Issues> value = decode<Json>(*text);
  if (!value || !value->is_object())
    throw Error(ErrorCode::invalid_request, "Request::extra: \"" + std::string(name) + "\" must be an object");
  said_ = std::move(*value);
}

void NestedOptions::reserve(std::string_view key) const {
  if (said_.contains(key))
    throw Error(ErrorCode::invalid_request, "Request::extra: \"" + std::string(key) + "\" in \"" + std::string(name_) +
                                                "\" is written by the library itself");
}

void NestedOptions::begin(json::Writer& out) {
  if (begun_) return;
  out.escaped_key(name_).begin_object();
  begun_ = true;
}

json::Writer* NestedOptions::add(json::Writer& out, std::string_view key) {
  if (said_.contains(key)) return nullptr;
  begin(out);
  return &out.escaped_key(key);
}

void NestedOptions::finish(json::Writer& out) {
  for (const auto& [key, value] : said_.items()) {
    begin(out);
    out.escaped_key(key).raw(encode(value));
  }
  if (begun_) out.end_object();
}

}  // namespace instructor
