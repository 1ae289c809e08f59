#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "dialect/bundle.hpp"
#include "instructor/detail/known_formats.hpp"
#include "instructor/testing.hpp"
#include "json/numbers.hpp"
#include "json/text.hpp"
#include "json/writer.hpp"
#include "model/plan.hpp"
#include "model/schema_source.hpp"
#include "model/walk.hpp"
#include "testing/fake_schema.hpp"
#include "testing/random.hpp"
#include "testing/sample_pattern.hpp"

namespace instructor::testing {

namespace {

constexpr std::size_t preferred_depth = 4;  // beyond it, what may be left out is
constexpr std::size_t max_depth = 100;
constexpr std::size_t max_values = 20'000;
constexpr int max_tries = 200;
constexpr int max_choices = 80;  // each is a model of its own

constexpr std::array<std::string_view, 24> words{
    "amber", "birch", "cedar",  "delta", "ember", "fjord", "grove", "harbor", "iris",  "juniper", "kelp",   "lumen",
    "maple", "north", "orchid", "prism", "quill", "raven", "sable", "tundra", "umber", "violet",  "willow", "zephyr"};

class Faker {
 public:
  Faker(std::uint64_t seed, std::string& out) : random_(seed), writer_(out) {}

  void value(const core::Plan& plan, const core::FieldPlan* field) {
    if (++values_ > max_values) fail("it grows without end");
    const Rules& rules = rules_of(plan, field);
    switch (plan.kind) {
      case Kind::boolean: return writer_.boolean(random_.one_in(2));
      case Kind::integer:
        if (!plan.info->allowed.empty()) return one_of(plan.info->allowed);
        return integer(plan, rules);
      case Kind::text: return text(*plan.info->text, rules);
      case Kind::null: return writer_.null();
      case Kind::variant: return variant(plan, field);
      case Kind::number: return number(rules);
      case Kind::string: return string(rules, field);
      case Kind::enumeration:
        return writer_.string(plan.info->enumerators[random_.below(plan.info->enumerators.size())].name);
      case Kind::optional:
        if (is_nullable(*plan.info) && (depth_ >= preferred_depth || random_.one_in(4))) return writer_.null();
        return value(*plan.element, field);
      case Kind::list:
      case Kind::set: return list(plan, rules);
      case Kind::map: return map(plan, rules);
      case Kind::tuple: return tuple(plan);
      case Kind::object: return object(plan);
      case Kind::any:
        if (plan.info->allowed.empty()) return writer_.string(word());
        return one_of(plan.info->allowed);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::invalid_model,
                "no fake value can be made" + (path_.empty() ? "" : " of " + path_) + ": " + why);
  }

  static const Rules& rules_of(const core::Plan& plan, const core::FieldPlan* field) {
    static constexpr Rules none;
    if (field != nullptr && field->rules) return *field->rules.rules;
    return plan.rules ? *plan.rules.rules : none;
  }

  void one_of(std::span<const std::string_view> allowed) { writer_.raw(allowed[random_.below(allowed.size())]); }

  std::string word() { return std::string(words[random_.below(words.size())]); }

  // ---- scalars ---------------------------------------------------------------------------------------------------

  static std::int64_t clamped(double value) {
    if (value >= 9.2e18) return std::numeric_limits<std::int64_t>::max();
    if (value <= -9.2e18) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(value);
  }

  /// The least and greatest integer that limits and storage allow; defaults keep values small.
  void integer_bounds(const core::Plan& plan, const Rules& rules, std::int64_t& low, std::int64_t& high) const {
    const auto whole = [](const Number& number, bool up) {
      if (number.form == Number::Form::signed_integer) return number.signed_value;
      const double value = json::to_double(number);
      return clamped(up ? std::ceil(value) : std::floor(value));
    };
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> most;
    if (rules.minimum) least = whole(rules.minimum, true);
    if (rules.exclusive_minimum)
      least =
          std::max(least.value_or(std::numeric_limits<std::int64_t>::min()), whole(rules.exclusive_minimum, false) + 1);
    if (rules.maximum) most = whole(rules.maximum, false);
    if (rules.exclusive_maximum)
      most =
          std::min(most.value_or(std::numeric_limits<std::int64_t>::max()), whole(rules.exclusive_maximum, true) - 1);
    low = least.value_or(most ? std::min<std::int64_t>(0, *most) : 0);
    high = most.value_or(low > std::numeric_limits<std::int64_t>::max() - 100 ? low : low + 100);
    const std::int64_t smallest = core::smallest(plan.storage).signed_value;
    const Number largest = core::largest(plan.storage);
    low = std::max(low, smallest);
    if (largest.form == Number::Form::signed_integer || largest.unsigned_value <= 0x7FFFFFFFFFFFFFFF)
      high = std::min(high, clamped(json::to_double(largest)));
    if (low > high) fail("its limits leave no integer");
  }

  void integer(const core::Plan& plan, const Rules& rules) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    integer_bounds(plan, rules, low, high);
    const double step = rules.multiple_of ? json::to_double(rules.multiple_of) : 1;
    if (step <= 1) return writer_.integer(random_.between(low, high));
    const auto first = static_cast<std::int64_t>(std::ceil(static_cast<double>(low) / step));
    const auto last = static_cast<std::int64_t>(std::floor(static_cast<double>(high) / step));
    if (first > last) fail("its limits leave no multiple");
    writer_.integer(clamped(static_cast<double>(random_.between(first, last)) * step));
  }

  void number(const Rules& rules) {
    const double none = std::nan("");
    double low = rules.minimum ? json::to_double(rules.minimum) : none;
    double high = rules.maximum ? json::to_double(rules.maximum) : none;
    if (rules.exclusive_minimum) low = std::fmax(low, json::to_double(rules.exclusive_minimum));
    if (rules.exclusive_maximum) high = std::fmin(high, json::to_double(rules.exclusive_maximum));
    if (std::isnan(low)) low = std::isnan(high) || high > 0 ? 0 : high - 100;
    if (std::isnan(high)) high = low + 100;
    if (low > high) fail("its limits leave no number");
    const auto allowed = [&](double value) {
      return !(rules.exclusive_minimum && value <= json::to_double(rules.exclusive_minimum)) &&
             !(rules.exclusive_maximum && value >= json::to_double(rules.exclusive_maximum)) && value >= low &&
             value <= high;
    };
    // Two decimals where they fit, as people write numbers. In decimal: 879 * 0.01 is not 8.79 to a double.
    const double unit = rules.multiple_of   ? json::to_double(rules.multiple_of)
                        : high - low >= 0.1 ? 0.01
                                            : (high - low) / 8;
    const double first = std::ceil(low / unit);
    const double steps = std::fmin(std::floor((high - low) / unit), 1e15);
    for (int i = 0; i < max_tries && unit > 0; ++i) {
      const double value = (first + static_cast<double>(random_.below(static_cast<std::uint64_t>(steps) + 1))) * unit;
      const std::string text = decimal(value, unit);
      double exact = 0;
      if (json::parse_double(text, exact) != json::Fit::exact || !allowed(exact)) continue;
      if (!rules.multiple_of || json::is_multiple(text, rules.multiple_of)) return writer_.raw(text);
    }
    if (allowed(low) && !rules.multiple_of) return writer_.number(low);
    fail("its limits leave no number");
  }

  /// `value` with as many decimals as `unit` has.
  static std::string decimal(double value, double unit) {
    std::string unit_text;
    json::append_double(unit_text, unit);
    const std::size_t point = unit_text.find('.');
    const bool plain = unit_text.find('e') == std::string::npos;
    const int decimals = !plain ? 15 : point == std::string::npos ? 0 : static_cast<int>(unit_text.size() - point - 1);
    std::array<char, 400> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed,
                                   std::min(decimals, 15));
    return end.ec == std::errc() ? std::string(buffer.data(), end.ptr) : std::string("0");
  }

  void string(const Rules& rules, const core::FieldPlan* field) {
    if (rules.min_length > rules.max_length) fail("its limits leave no text");
    if (rules.check_format) {
      const detail::KnownFormat& known = detail::known_formats[detail::find_known_format(rules.format)];
      return in_format(known.name, known.example, rules);
    }
    if (!rules.pattern.empty()) return patterned(rules);
    std::string text = formatted(rules.format);
    if (text.empty() && field != nullptr && field->info->annotation->example_count != 0 && random_.one_in(2)) {
      const Constant& example =
          field->info->annotation->examples[random_.below(field->info->annotation->example_count)];
      if (example.form == Constant::Form::string) text = example.text;
    }
    if (text.empty()) {
      const std::size_t count = 1 + random_.below(3);
      for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + word();
    }
    while (json::count_code_points(text) < rules.min_length) text += " " + word();
    if (text.size() > rules.max_length) text.resize(rules.max_length);
    writer_.string(text);
  }

  void text(const TextOps& ops, const Rules& rules) {
    if (rules.min_length != 0 || rules.max_length != Rules::unlimited || !rules.pattern.empty())
      return in_format(ops.format, ops.example, rules);
    std::string text = formatted(ops.format);
    if (text.empty() && !ops.pattern.empty())
      if (std::optional<std::string> sample = sample_pattern(ops.pattern, random_)) text = *std::move(sample);
    writer_.string(text.empty() ? ops.example : text);
  }

  /// A text in a format that must be met, as the other rules.
  void in_format(std::string_view format, std::string_view example, const Rules& rules) {
    std::optional<core::Pattern> pattern;
    if (!rules.pattern.empty()) pattern.emplace(rules.pattern);
    for (int i = 0; i < max_tries; ++i) {
      std::string text = formatted(format);
      if (text.empty() || i + 1 == max_tries) text = example;
      if (pattern && random_.one_in(2)) text = sample_pattern(rules.pattern, random_).value_or(text);
      lengthen(text, format, rules.min_length);
      const std::size_t length = json::count_code_points(text);
      if (length >= rules.min_length && length <= rules.max_length && core::matches_format(format, text) &&
          (!pattern || pattern->found_in(text)))
        return writer_.string(text);
    }
    fail("no text like " + std::string(example) + " is found that meets all its rules");
  }

  /// Where a text in this format takes more letters: addresses of people before, those of pages after.
  static void lengthen(std::string& text, std::string_view format, std::size_t length) {
    const std::size_t now = json::count_code_points(text);
    if (now >= length) return;
    const std::string letters(length - now, 'a');
    if (format.ends_with("email"))
      text.insert(0, letters);
    else
      text += letters;
  }

  void patterned(const Rules& rules) {
    const core::Pattern pattern(rules.pattern);
    for (int i = 0; i < max_tries; ++i) {
      std::optional<std::string> text = sample_pattern(rules.pattern, random_);
      if (!text) break;
      const std::size_t length = json::count_code_points(*text);
      if (length >= rules.min_length && length <= rules.max_length && pattern.found_in(*text))
        return writer_.string(*text);
      // An unanchored pattern leaves room around it.
      while (text->size() < rules.min_length) *text += word();
      if (text->size() <= rules.max_length && pattern.found_in(*text)) return writer_.string(*text);
    }
    fail("no text is found that matches " + std::string(rules.pattern));
  }

  std::string digits(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>('0' + random_.below(10));
    return text;
  }
  std::string padded(std::int64_t low, std::int64_t high) {
    const std::string text = std::to_string(random_.between(low, high));
    return text.size() < 2 ? "0" + text : text;
  }

  std::string formatted(std::string_view format) {
    const auto date = [&] { return "20" + digits(2) + "-" + padded(1, 12) + "-" + padded(1, 28); };
    const auto time = [&] { return padded(0, 23) + ":" + padded(0, 59) + ":" + padded(0, 59); };
    if (format == "date") return date();
    if (format == "time") return time() + "Z";
    if (format == "date-time") return date() + "T" + time() + "Z";
    if (format == "duration") return "PT" + padded(1, 59) + "M";
    if (format == "email") return word() + "@example.com";
    if (format == "hostname") return word() + ".example.com";
    if (format == "uri" || format == "url") return "https://example.com/" + word();
    if (format == "ipv4") return "192.0.2." + std::to_string(random_.between(1, 254));
    if (format == "ipv6") return "2001:db8::" + digits(1);
    if (format == "uuid") return digits(8) + "-" + digits(4) + "-4" + digits(3) + "-8" + digits(3) + "-" + digits(12);
    return {};
  }

  // ---- containers ------------------------------------------------------------------------------------------------

  std::size_t item_count(const Rules& rules, const core::Plan& element) {
    if (rules.min_items > rules.max_items) fail("its limits leave no number of items");
    const std::size_t wanted =
        depth_ >= preferred_depth && core::inside(element).kind == Kind::object ? 0 : 1 + random_.below(3);
    return std::clamp(wanted, rules.min_items, std::max(rules.min_items, rules.max_items));
  }

  void enter(std::string_view segment) {
    if (++depth_ > max_depth) fail("it is nested without end");
    path_ += '/';
    path_ += segment;
  }
  void leave(std::size_t size) {
    --depth_;
    path_.resize(size);
  }

  /// An item on its own, so that it can be compared.
  std::string item_text(const core::Plan& element) {
    std::string text;
    Faker faker(random_.next(), text);
    faker.depth_ = depth_;
    faker.values_ = values_;
    faker.path_ = path_;
    faker.value(element, nullptr);
    values_ = faker.values_;
    return text;
  }

  void list(const core::Plan& plan, const Rules& rules) {
    const std::size_t size = path_.size();
    const std::size_t count = item_count(rules, *plan.element);
    enter("*");
    writer_.begin_array();
    if (rules.unique || plan.kind == Kind::set) {
      std::unordered_set<std::string> seen;
      for (int tries = 0; seen.size() < count; ++tries) {
        if (tries > max_tries + static_cast<int>(count) * 4) {
          if (seen.size() >= rules.min_items) break;
          fail("there are not enough different items");
        }
        const std::string text = item_text(*plan.element);
        if (seen.insert(text).second) writer_.raw(text);
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) value(*plan.element, nullptr);
    }
    writer_.end_array();
    leave(size);
  }

  void map(const core::Plan& plan, const Rules& rules) {
    const std::size_t size = path_.size();
    const std::size_t count = item_count(rules, *plan.element);
    enter("*");
    writer_.begin_object();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string key = map_key(plan.keys, i);
      if (key.empty()) break;
      writer_.escaped_key(key);
      value(*plan.element, nullptr);
    }
    writer_.end_object();
    leave(size);
  }

  /// A different one for each index; empty: there are no more.
  std::string map_key(const core::Plan* type, std::size_t index) {
    if (type == nullptr)
      return std::string(words[index % words.size()]) + (index < words.size() ? "" : std::to_string(index));
    if (type->kind == Kind::integer) return std::to_string(index + 1);
    if (type->kind == Kind::text) return index == 0 ? std::string(type->info->text->example) : std::string();
    const auto names = type->info->enumerators;
    return index < names.size() ? std::string(names[index].name) : std::string();
  }

  void tuple(const core::Plan& plan) {
    const std::size_t size = path_.size();
    enter("*");
    writer_.begin_array();
    for (const core::Plan* element : plan.elements) value(*element, nullptr);
    writer_.end_array();
    leave(size);
  }

  void variant(const core::Plan& plan, const core::FieldPlan* field) {
    if (&without_rest(*plan.info) != plan.info) return value(*plan.elements.front(), field);
    // Far down, one that goes no further.
    const auto ends = [](const core::Plan* alternative) {
      const Kind kind = core::inside(*alternative).kind;
      return kind != Kind::object && kind != Kind::variant && kind != Kind::tuple;
    };
    const auto end = std::ranges::find_if(plan.elements, ends);
    if (depth_ >= preferred_depth && end != plan.elements.end()) return value(**end, field);
    value(*plan.elements[random_.below(plan.elements.size())], field);
  }

  void object(const core::Plan& plan) {
    writer_.begin_object();
    if (!plan.tag.empty()) {
      writer_.escaped_key(plan.tag);
      writer_.string(plan.info->name);
    }
    for (const core::FieldPlan& field : plan.fields) {
      if (field.info->may_be_left_out() && (depth_ >= preferred_depth || random_.one_in(3))) continue;
      const std::size_t size = path_.size();
      enter(field.key);
      writer_.escaped_key(field.key);
      // What may be left out but not be null is there now.
      value(*field.plan, &field);
      leave(size);
    }
    writer_.end_object();
  }

  Random random_;
  json::Writer writer_;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  std::string path_;
};

}  // namespace

std::string fake_json(const TypeInfo& type, std::uint64_t seed) {
  std::string text;
  Faker(seed, text).value(core::plan_of(type), nullptr);
  return text;
}

namespace {

/// Of a schema that says more than the table: a choice is made of all that it leaves open, and tried.
std::string fake_of_choice(const Json& flat, std::uint64_t seed) {
  Random random(seed);
  const auto model = DynamicModel::from_json_schema(with_choices_made(flat, random));
  return fake_json(model.type(), seed);
}

}  // namespace

Json fake(const DynamicModel& model, std::uint64_t seed) {
  // What a table does not express a value meets by chance only.
  const SchemaSource* const source = model.type().source;
  std::vector<SchemaChange> changes;
  const Json flat = source != nullptr ? core::bundled(source->document, *source->remotes, changes) : Json();
  std::string wrong;
  const std::uint64_t tries = source != nullptr ? max_choices : max_tries;
  for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
    const std::uint64_t number = seed + attempt * 0x9E3779B97F4A7C15U;
    try {
      const bool chooses = source != nullptr && attempt % 4 != 0;
      std::expected<Json, Issues> value =
          model.decode(chooses ? fake_of_choice(flat, number) : fake_json(model.type(), number));
      if (value) return std::move(*value);
      wrong = value.error().text();
    } catch (const Error&) {
      // A choice may leave nothing; a table that no value can be made of has no other one either.
      if (source == nullptr) throw;
    }
  }
  throw Error(ErrorCode::invalid_model, "no fake value is found that is valid; the last one:\n" + wrong);
}

}  // namespace instructor::testing
