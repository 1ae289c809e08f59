#pragma once

// Not API: see instructor/stream.hpp. How a live view finds out what has arrived.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace instructor {

/// How much of a value has arrived.
enum class FieldState : std::uint8_t {
  absent,    ///< nothing yet; or it was left out, or what came was not valid
  growing,   ///< a string, list or object that is not over
  complete,  ///< all of it, and valid: it will not change
};
std::string_view to_string(FieldState state) noexcept;

namespace core {
class DecodeHandler;
struct Plan;
class Absences;
}  // namespace core

namespace detail {

/// A place in a value that is arriving. Valid until the decoder goes on.
struct LivePlace {
  const core::DecodeHandler* decoder = nullptr;
  const core::Plan* plan = nullptr;          ///< of the value, inside all optionals and variants
  const void* address = nullptr;             ///< of the value; null: there is none
  std::size_t frame = 0;                     ///< which of the open containers it is, when `open`
  bool open = false;                         ///< it is one of the containers that are not over
  const core::Absences* absences = nullptr;  ///< of a container that is over; null: all of it is there
  FieldState state = FieldState::absent;     ///< of the value itself
};

/// The member that lies `offset` bytes into the object.
LivePlace field_at(const LivePlace& object, std::size_t offset);
FieldState field_state(const LivePlace& object, std::size_t offset);

/// An item of a list, an element of a tuple, an entry of a map; `address` is where it lies.
LivePlace item_at(const LivePlace& list, std::size_t index, const void* address);
LivePlace entry_at(const LivePlace& map, std::string_view key, const void* address);

/// What an object or a map has under this key; `address` is null when there is nothing.
LivePlace entry_at_key(const LivePlace& object, std::string_view key);

/// The state of what a JSON pointer names.
FieldState state_at(const LivePlace& place, std::string_view pointer);

/// The JSON text of what has arrived; what has not is left out.
std::string arrived_json(const LivePlace& place, int indent);

}  // namespace detail
}  // namespace instructor
