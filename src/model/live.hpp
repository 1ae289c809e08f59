#pragma once

// What a decoder tells while a value is still arriving: which parts of it are there, and what has just changed.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/detail/partial_view.hpp"
#include "model/validate.hpp"

namespace instructor::core {

/// Of a container: what did not arrive in it, or arrived wrong. Containers that are wholly there have none.
struct Absences {
  struct Inside {
    std::size_t index = 0;  ///< of the item or field
    std::string key;        ///< of the entry of a map
    std::unique_ptr<Absences> absences;
  };

  std::uint64_t arrived = ~std::uint64_t{0};  ///< object: which of the first 64 fields have come
  std::vector<bool> arrived_beyond;           ///< and of the others
  std::vector<std::size_t> faulty;            ///< indices of items and fields that are not valid
  std::vector<std::string> faulty_keys;       ///< map: keys of entries that are not valid
  std::vector<Inside> inside;                 ///< containers in it that have absences of their own

  bool has_arrived(std::size_t field) const;
  bool is_faulty(std::size_t index) const;
  bool is_faulty(std::string_view key) const;
  const Absences* of(std::size_t index) const;
  const Absences* of(std::string_view key) const;
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

/// Hears of the elements of one list.
class ElementWatcher {
 public:
  virtual ~ElementWatcher() = default;
  /// The element is whole. False: read no further.
  virtual bool element_ended(std::size_t index, bool valid) = 0;
};

}  // namespace instructor::core
