// Arguments of a function call that come one by one, each with its place. Vertex sends them so when asked to.

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "protocol/error_body.hpp"
#include "protocol/gemini_wire.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor::gemini {

using wire::member;
using wire::text_at;

namespace {

constexpr std::size_t max_depth = 64;

using Segment = std::variant<std::string, std::size_t>;

/// A normalized path of RFC 9535 and its shorthand: `$.items[0]['a name']`. Nothing: it is none.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : rest_(text) {}

  std::optional<std::vector<Segment>> read() {
    if (!take("$")) return std::nullopt;
    std::vector<Segment> segments;
    while (!rest_.empty()) {
      std::optional<Segment> segment = take(".") ? name() : bracket();
      if (!segment || segments.size() == max_depth) return std::nullopt;
      segments.push_back(std::move(*segment));
    }
    return segments;
  }

 private:
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::optional<Segment> name() {
    const std::string_view name = rest_.substr(0, rest_.find_first_of(".["));
    if (name.empty()) return std::nullopt;
    rest_.remove_prefix(name.size());
    return std::string(name);
  }

  std::optional<Segment> bracket() {
    if (!take("[")) return std::nullopt;
    std::optional<Segment> segment = rest_.starts_with('\'') || rest_.starts_with('"') ? quoted() : index();
    return take("]") ? segment : std::nullopt;
  }

  std::optional<Segment> quoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string name;
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) return std::nullopt;
      name += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    return name;
  }

  std::optional<Segment> index() {
    constexpr std::size_t max_digits = 9;
    std::size_t digits = 0;
    std::size_t value = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9' && digits <= max_digits; ++digits)
      value = value * 10 + static_cast<std::size_t>(rest_[digits] - '0');
    if (digits == 0 || digits > max_digits) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }

  std::string_view rest_;
};

/// The place of a segment in `value`, made where it is the next one. Null: something else stands there.
Json* step(Json& value, const Segment& segment) {
  if (const auto* const name = std::get_if<std::string>(&segment)) {
    if (value.is_null()) value = Json::object();
    return value.is_object() ? &value[*name] : nullptr;
  }
  const std::size_t index = std::get<std::size_t>(segment);
  if (value.is_null()) value = Json::array();
  if (!value.is_array() || index > value.size()) return nullptr;
  if (index == value.size()) value.push_back(nullptr);
  return &value[index];
}

/// The value in a piece; null where it is that or where there is none yet.
Json value_of(const Json& piece) {
  for (const std::string_view name : {"stringValue", "numberValue", "boolValue"})
    if (const Json* const value = member(piece, name)) return *value;
  return nullptr;
}

}  // namespace

void add_partial_arg(const Json& piece, Json& arguments, std::string& open_path) {
  const std::string path = text_at(piece, "jsonPath");
  const std::optional<std::vector<Segment>> segments = PathReader(path).read();
  Json* place = segments ? &arguments : nullptr;
  for (std::size_t i = 0; place != nullptr && i < segments->size(); ++i) place = step(*place, (*segments)[i]);
  if (place == nullptr) throw not_a_reply("an argument has no place in its call", encode(piece));

  const Json value = value_of(piece);
  const bool goes_on = path == open_path && place->is_string();
  if (goes_on && value.is_string())
    place->get_ref<std::string&>() += value.get_ref<const std::string&>();
  else if (!goes_on || !value.is_null())
    *place = value;
  const Json* const continues = member(piece, "willContinue");
  open_path = continues != nullptr && *continues == true ? path : std::string();
}

}  // namespace instructor::gemini
