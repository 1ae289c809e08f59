#pragma once

// What a decoder tells while a value is still arriving: which parts of it are there, and what has just changed.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/detail/partial_view.hpp"
#include "model/validate.hpp"

namespace instructor::core {

/// Of a container: what did not arrive in it, or arrived wrong. Containers that are wholly there have none.
class Absences {
 public:
  std::uint64_t arrived = ~std::uint64_t{0};  ///< object: which of the first 64 fields have come
  std::vector<bool> arrived_beyond;           ///< and of the others
  const Plan* plan = nullptr;                 ///< of the container: of a variant, the alternative that it was

  bool has_arrived(std::size_t field) const;

  /// How much is to be seen of a part that has come: an item, a field, or the entry with this key.
  FieldState state_of(std::size_t index) const { return state_of(Place(index, {})); }
  FieldState state_of(std::string_view key) const { return state_of(Place(by_key, key)); }
  const Absences* of(std::size_t index) const { return of(Place(index, {})); }
  const Absences* of(std::string_view key) const { return of(Place(by_key, key)); }

  /// A part is not valid; `shown`: it was seen while it came, and so it stays.
  void mark_faulty(std::size_t index, bool shown) { mark_faulty(Place(index, {}), shown); }
  void mark_faulty(std::string_view key, bool shown) { mark_faulty(Place(by_key, key), shown); }
  void keep(std::size_t index, std::unique_ptr<Absences> inside) { keep(Place(index, {}), std::move(inside)); }
  void keep(std::string_view key, std::unique_ptr<Absences> inside) { keep(Place(by_key, key), std::move(inside)); }

 private:
  using Place = std::pair<std::size_t, std::string>;
  static constexpr std::size_t by_key = static_cast<std::size_t>(-1);
  struct Part {
    bool faulty = false;
    bool shown = false;
    std::unique_ptr<Absences> inside;
  };

  FieldState state_of(const Place& place) const;
  const Absences* of(const Place& place) const;
  void mark_faulty(const Place& place, bool shown);
  void keep(const Place& place, std::unique_ptr<Absences> inside);

  std::map<Place, Part> parts_;
};

/// Hears of each visible change, at the moment in which it happens; `path` is the JSON pointer of what has changed.
class Watcher {
 public:
  virtual ~Watcher() = default;
  /// An object or a list has begun.
  virtual void begun(std::string path, bool object) = 0;
  /// Text was added to a string that is not over.
  virtual void appended(std::string path, std::string_view text) = 0;
  /// A value is complete and valid. `container`: its parts were told one by one.
  virtual void set(std::string path, const Slot& value, bool container) = 0;
};

/// A part of a text, in bytes from its beginning.
struct TextRange {
  std::size_t from = 0;
  std::size_t to = 0;

  bool empty() const { return from == to; }
};

/// Hears of the elements of one list.
class ElementWatcher {
 public:
  virtual ~ElementWatcher() = default;
  /// The element is whole. An object or a list is `text` of what was decoded; of others only the end is told, perhaps
  /// with what follows. False: read no further.
  virtual bool element_ended(std::size_t index, bool valid, const TextRange& text) = 0;
};

}  // namespace instructor::core
