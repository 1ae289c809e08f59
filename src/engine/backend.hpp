#pragma once

// What the engine needs of whatever answers: "complete this call". Everything above knows nothing of HTTP, everything
// below nothing of C++ types, only of schema text.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/cancellation.hpp"
#include "instructor/completion.hpp"
#include "instructor/duration.hpp"
#include "instructor/message.hpp"
#include "instructor/mode.hpp"
#include "instructor/provider.hpp"
#include "instructor/request.hpp"
#include "instructor/transport.hpp"

namespace instructor {

/// A tool that the model may call, or the answer that is wanted.
struct OutputSpec {
  std::string_view name;         ///< of the model: the tool's name, the schema's name
  std::string_view description;  ///< of the model; may be empty
  std::string_view schema;       ///< JSON text
  bool strict = false;           ///< the schema is in the provider's strict dialect, which it enforces
};

/// Which of its tools the model must call.
enum class ToolChoice : std::uint8_t {
  free,     ///< none, if it likes
  any,      ///< any of them
  the_one,  ///< the first
};

/// What the model's text must be.
enum class TextFormat : std::uint8_t {
  free,
  json_object,  ///< any JSON object
  json_schema,  ///< what the schema of `Call::output` says
};

/// One request to a language model. Protocols go by what is wanted; the mode that it comes of is none of their
/// business.
struct Call {
  std::string_view model;
  Mode mode = Mode::tools;
  OutputSpec output;  ///< the answer
  TextFormat format = TextFormat::free;
  std::vector<OutputSpec> tools;  ///< where the answer is the arguments of one, it is the first
  ToolChoice choice = ToolChoice::free;
  std::vector<std::string_view> provider_tools;  ///< JSON objects, each a tool that the provider runs itself
  std::vector<const Message*> messages;          ///< all of the conversation; owned by the engine and the caller
  const CallOptions* options = nullptr;
  Duration timeout;
  bool stream = false;  ///< the reply is wanted as it comes
  Cancellation cancellation = Cancellation::never();
  std::string idempotency_key;  ///< the same whenever this call is sent again; empty: none
};

/// Something that a reply has grown by.
struct Delta {
  enum class Kind : std::uint8_t {
    text,
    arguments,
    anew,  ///< nothing was added: the reply broke off, is asked for again, and what came of it is void
  };

  Kind kind = Kind::text;
  std::size_t call = 0;   ///< arguments: which of the reply's tool calls
  std::string_view text;  ///< what was added; valid until the next delta is asked for
};

/// A reply that comes in pieces. Destroying it before its end breaks it off.
class ReplyStream {
 public:
  virtual ~ReplyStream() = default;

  /// Would `next` return or throw without waiting?
  virtual bool ready() { return true; }

  /// Waits for what comes next and puts it into `deltas`; perhaps nothing that matters here. False: the reply is over.
  /// Throws Error when the provider reports one or the connection breaks.
  virtual bool next(std::vector<Delta>& deltas) = 0;

  /// What there is of the reply. All of it once `next` has returned false.
  virtual const Reply& reply() const = 0;
  virtual Reply take_reply() = 0;
};

/// Modes in an order, each at most once.
class ModeList {
 public:
  constexpr ModeList() = default;
  constexpr explicit ModeList(std::span<const Mode> modes) {
    for (const Mode mode : modes) add(mode);
  }
  constexpr void add(Mode mode) { modes_[size_++] = mode; }
  constexpr void remove(Mode mode) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i)
      if (modes_[i] != mode) modes_[kept++] = modes_[i];
    size_ = kept;
  }
  constexpr bool has(Mode mode) const {
    for (const Mode m : *this)
      if (m == mode) return true;
    return false;
  }
  constexpr const Mode* begin() const { return modes_.data(); }
  constexpr const Mode* end() const { return modes_.data() + size_; }
  constexpr std::size_t size() const { return size_; }

 private:
  std::array<Mode, 8> modes_{};
  std::size_t size_ = 0;
};

/// What a backend offers for one model.
struct BackendInfo {
  std::string_view name;  ///< of the provider
  ModeList modes;         ///< the strongest first: the first that a type allows is the default
  SchemaDialects dialects;
  bool forces_tools = true;  ///< it can be made to call a tool
};

class Backend {
 public:
  virtual ~Backend() = default;
  /// Of the provider.
  virtual std::string_view name() const = 0;
  virtual BackendInfo info(std::string_view model, const CallOptions& options) const = 0;

  /// Asks and waits for the reply. Throws Error where there is none. Called from many threads.
  virtual Reply complete(const Call& call) const = 0;

  /// Asks for a reply that is read in pieces, whether or not it comes so. Without `wake` its `next` waits on the
  /// calling thread. With it nothing here waits, and `wake` is called, on any thread, when the stream may have become
  /// `ready`. Throws Error where there is no reply.
  virtual std::unique_ptr<ReplyStream> stream(const Call& call, std::function<void()> wake) const = 0;

  /// Does it tell by `Call::idempotency_key` what is sent again?
  virtual bool takes_idempotency_keys() const { return false; }

  /// The same for calls that would be answered in the same way, whoever makes them.
  virtual std::string fingerprint(const Call& call) const = 0;

  /// How its requests travel, and the same backend over another transport.
  virtual const std::shared_ptr<Transport>& transport() const = 0;
  virtual std::shared_ptr<const Backend> over(std::shared_ptr<Transport> transport) const = 0;
};

}  // namespace instructor
