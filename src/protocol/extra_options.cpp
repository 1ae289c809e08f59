#include "protocol/extra_options.hpp"

#include <algorithm>
#include <string>

#include "instructor/error.hpp"

namespace instructor {

ExtraOptions::ExtraOptions(const CallOptions& options, std::span<const std::string_view> own_keys) : options_(options) {
  for (const auto& [key, _] : options.extra)
    if (std::ranges::find(own_keys, key) != own_keys.end())
      throw Error(ErrorCode::invalid_request, "Request::extra: \"" + key + "\" is written by the library itself");
}

const std::string* ExtraOptions::find(std::string_view key) const {
  const std::string* found = nullptr;
  for (const auto& [name, value] : options_.extra)
    if (name == key) found = &value;
  return found;
}

void ExtraOptions::write(json::Writer& out) const { write_except(out, {}); }

void ExtraOptions::write_except(json::Writer& out, std::span<const std::string_view> keys) const {
  for (const auto& [key, value] : options_.extra)
    if (&value == find(key) && std::ranges::find(keys, key) == keys.end()) out.escaped_key(key).raw(value);
}

}  // namespace instructor
