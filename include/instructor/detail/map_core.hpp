#pragma once

// Not API: see instructor/map.hpp. What runs over many inputs are made of, without the type that is asked for.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "instructor/client.hpp"
#include "instructor/completion.hpp"
#include "instructor/error.hpp"
#include "instructor/issue.hpp"
#include "instructor/request.hpp"
#include "instructor/types.hpp"

namespace instructor {

class MapOptions;
struct MapProgress;
enum class RowOrigin : std::uint8_t;

namespace detail {

/// What is asked, one after the other. Used on one thread at a time, which may be another one than that which made it.
class MapSource {
 public:
  virtual ~MapSource() = default;
  /// How many there are, where that is known.
  virtual std::optional<std::size_t> size() const = 0;
  /// The next one; nullopt after the last. An Error is about this input alone; after it the next is asked for. Anything
  /// else that is thrown ends the run.
  virtual std::optional<Request> next() = 0;
};

/// How a call ended.
struct MapOutcome {
  std::expected<AnyValue, Error> value;
  Completion completion;
};

/// How a run asks. All of it is called on one thread at a time, none of it after the run is destroyed.
struct MapCalls {
  using Done = std::function<void(MapOutcome outcome)>;

  /// Begins a call. `done` is called once, on any thread, also before this returns, and must not throw; a call that
  /// drops it without calling it has failed. Destroying what is returned cancels the call if it is not over; `done` may
  /// then be called or not. It is not destroyed within `done`. An Error that is thrown is the outcome; anything else
  /// ends the run.
  std::function<std::shared_ptr<void>(Request request, Done done)> start;
  /// The value in the JSON text of an earlier answer (Completion::answer) to this request.
  std::function<std::expected<AnyValue, Issues>(std::string_view json, const Request& request)> decode;
  /// Everything that decides what the answer to a request may be, in words of any length: equal ones are asked once.
  std::function<std::string(const Request& request)> fingerprint;
  /// What is decoded.
  const TypeInfo* type = nullptr;
  /// What the user calls it.
  std::string_view type_name;
  std::string provider_and_model;
};

/// One row of the result.
struct MapResult {
  std::size_t index = 0;
  std::expected<AnyValue, Error> value;
  Completion completion;
  RowOrigin origin{};
  std::optional<std::size_t> same_as;
};

/// A run without its type. Movable; `cancel` and `progress` may be called from any thread, the rest from one at a time.
class MapCore {
 public:
  /// Opens the checkpoint. Throws Error.
  MapCore(std::unique_ptr<MapSource> source, MapCalls calls, const MapOptions& options);
  MapCore(MapCore&&) noexcept;
  MapCore& operator=(MapCore&&) noexcept;
  ~MapCore();

  /// Waits for the next row; nullopt after the last. Throws Error.
  std::optional<MapResult> next();
  void cancel() noexcept;
  MapProgress progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace detail
}  // namespace instructor
