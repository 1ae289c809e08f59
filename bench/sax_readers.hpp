#pragma once

// What one would write by hand with RapidJSON's SAX interface to read these structs: keys by comparison, types
// checked, every field required, no further key allowed, stop at the first problem.

#include <cstdint>
#include <string_view>
#include <utility>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "documents.hpp"

namespace bench {

using SaxEvents = rapidjson::UTF8<>;

class UserReader : public rapidjson::BaseReaderHandler<SaxEvents, UserReader> {
 public:
  User value{};

  bool StartObject() { return std::exchange(open_, true) == false; }
  bool Key(const char* text, unsigned size, bool) {
    const std::string_view key(text, size);
    field_ = key == "name"     ? Field::name
             : key == "age"    ? Field::age
             : key == "height" ? Field::height
             : key == "active" ? Field::active
             : key == "tags"   ? Field::tags
                               : Field::none;
    if (field_ == Field::none) return false;
    seen_ |= 1U << static_cast<unsigned>(field_);
    return true;
  }
  bool String(const char* text, unsigned size, bool) {
    if (in_tags_)
      value.tags.emplace_back(text, size);
    else if (field_ == Field::name)
      value.name.assign(text, size);
    else
      return false;
    return true;
  }
  bool Int(int number) {
    if (field_ == Field::height) return Double(number);
    value.age = number;
    return field_ == Field::age;
  }
  bool Uint(unsigned number) { return number <= INT32_MAX && Int(static_cast<int>(number)); }
  bool Int64(std::int64_t number) { return Double(static_cast<double>(number)); }
  bool Uint64(std::uint64_t number) { return Double(static_cast<double>(number)); }
  bool Double(double number) {
    value.height = number;
    return field_ == Field::height;
  }
  bool Bool(bool truth) {
    value.active = truth;
    return field_ == Field::active;
  }
  bool Null() { return false; }
  bool StartArray() { return field_ == Field::tags && std::exchange(in_tags_, true) == false; }
  bool EndArray(unsigned) { return std::exchange(in_tags_, false); }
  bool EndObject(unsigned) { return seen_ == 31; }

 private:
  enum class Field : unsigned { name, age, height, active, tags, none };

  Field field_ = Field::none;
  unsigned seen_ = 0;
  bool open_ = false;
  bool in_tags_ = false;
};

class InventoryReader : public rapidjson::BaseReaderHandler<SaxEvents, InventoryReader> {
 public:
  Inventory value{};

  bool StartObject() {
    if (place_ == Place::outside) {
      place_ = Place::inventory;
    } else if (place_ == Place::items) {
      place_ = Place::item;
      seen_in_item_ = 0;
      value.items.emplace_back();
    } else {
      return false;
    }
    return true;
  }
  bool Key(const char* text, unsigned size, bool) {
    const std::string_view key(text, size);
    if (place_ == Place::item) {
      field_ = key == "id"      ? Field::id
               : key == "name"  ? Field::name
               : key == "tags"  ? Field::tags
               : key == "score" ? Field::score
               : key == "note"  ? Field::note
                                : Field::none;
      seen_in_item_ |= 1U << static_cast<unsigned>(field_);
    } else {
      field_ = key == "title"     ? Field::title
               : key == "summary" ? Field::summary
               : key == "items"   ? Field::items
                                  : Field::none;
      seen_ |= 1U << static_cast<unsigned>(field_);
    }
    return field_ != Field::none;
  }
  bool String(const char* text, unsigned size, bool) {
    switch (field_) {
      case Field::title: value.title.assign(text, size); return true;
      case Field::summary: value.summary.assign(text, size); return true;
      case Field::name: value.items.back().name.assign(text, size); return true;
      case Field::note: value.items.back().note.assign(text, size); return true;
      case Field::tags:
        if (place_ != Place::tags) return false;
        value.items.back().tags.emplace_back(text, size);
        return true;
      default: return false;
    }
  }
  bool Int(int number) {
    if (field_ == Field::score) return Double(number);
    if (field_ != Field::id) return false;
    value.items.back().id = number;
    return true;
  }
  bool Uint(unsigned number) { return number <= INT32_MAX && Int(static_cast<int>(number)); }
  bool Int64(std::int64_t number) { return Double(static_cast<double>(number)); }
  bool Uint64(std::uint64_t number) { return Double(static_cast<double>(number)); }
  bool Double(double number) {
    if (field_ != Field::score) return false;
    value.items.back().score = number;
    return true;
  }
  bool Bool(bool) { return false; }
  bool Null() { return false; }
  bool StartArray() {
    if (place_ == Place::inventory && field_ == Field::items)
      place_ = Place::items;
    else if (place_ == Place::item && field_ == Field::tags)
      place_ = Place::tags;
    else
      return false;
    return true;
  }
  bool EndArray(unsigned) {
    place_ = place_ == Place::tags ? Place::item : Place::inventory;
    return true;
  }
  bool EndObject(unsigned) {
    if (place_ == Place::item) {
      place_ = Place::items;
      return seen_in_item_ == 31;
    }
    constexpr unsigned all = 7U << static_cast<unsigned>(Field::title);
    return seen_ == all;
  }

 private:
  enum class Place { outside, inventory, items, item, tags };
  enum class Field : unsigned { id, name, tags, score, note, title, summary, items, none };

  Place place_ = Place::outside;
  Field field_ = Field::none;
  unsigned seen_ = 0;
  unsigned seen_in_item_ = 0;
};

}  // namespace bench
