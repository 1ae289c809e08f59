#pragma once

// What decode_bench decodes: an object of five fields, and an inventory of a megabyte.

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

struct User {
  std::string name;
  int age;
  double height;
  bool active;
  std::vector<std::string> tags;

  friend bool operator==(const User&, const User&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(User, name, age, height, active, tags)

struct Item {
  int id;
  std::string name;
  std::vector<std::string> tags;
  double score;
  std::string note;

  friend bool operator==(const Item&, const Item&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Item, id, name, tags, score, note)

struct Inventory {
  std::string title;
  std::string summary;
  std::vector<Item> items;

  friend bool operator==(const Inventory&, const Inventory&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Inventory, title, summary, items)

inline std::string user_text() {
  return R"({"name":"Ada Lovelace","age":36,"height":1.65,"active":true,"tags":["mathematician","writer"]})";
}

/// Spaces after colons and commas, doubles that look like integers written with ".0", escapes in every note: JSON as
/// most servers and models write it.
inline std::string inventory_text(std::size_t bytes = 1'000'000) {
  constexpr std::string_view note = R"(counted twice, \"checked\" by hand \u00e9)";
  std::string text =
      R"({"title": "Inventory of the north store", "summary": "All items counted in March.", "items": [)";
  for (int i = 0; text.size() < bytes; ++i) {
    std::array<char, 32> digits{};
    const auto [end, _] = std::to_chars(digits.data(), digits.data() + digits.size(), i * 0.25);
    std::string score(digits.data(), end);
    if (score.find('.') == std::string::npos) score += ".0";
    const std::string id = std::to_string(i);
    if (i != 0) text += ", ";
    text.append(R"({"id": )").append(id).append(R"(, "name": "item number )").append(id);
    text.append(R"(", "tags": ["red", "heavy"], "score": )").append(score);
    text.append(R"(, "note": ")").append(note).append("\"}");
  }
  return text + "]}";
}

}  // namespace bench
