#pragma once

// What the engine needs of whatever answers: "complete this call". Everything above knows nothing of HTTP, everything
// below nothing of C++ types, only of schema text.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/completion.hpp"
#include "instructor/dialect.hpp"
#include "instructor/duration.hpp"
#include "instructor/message.hpp"
#include "instructor/mode.hpp"
#include "instructor/request.hpp"
#include "instructor/transport.hpp"

namespace instructor {

/// The answer that is wanted.
struct OutputSpec {
  std::string_view name;         ///< of the model: the tool's name, the schema's name
  std::string_view description;  ///< of the model; may be empty
  std::string_view schema;       ///< JSON text
  bool strict = false;           ///< the schema is in the provider's strict dialect
};

/// One request to a language model.
struct Call {
  std::string_view model;
  Mode mode = Mode::tools;
  OutputSpec output;
  std::vector<const Message*> messages;  ///< all of the conversation; owned by the engine and the caller
  const CallOptions* options = nullptr;
  Duration timeout;
  bool stream = false;  ///< the reply is wanted as it comes
};

/// Something that a reply has grown by.
struct Delta {
  enum class Kind : std::uint8_t { text, arguments };

  Kind kind = Kind::text;
  std::size_t call = 0;   ///< arguments: which of the reply's tool calls
  std::string_view text;  ///< what was added; valid until the next delta is asked for
};

/// A reply that comes in pieces. Destroying it before its end breaks it off.
class ReplyStream {
 public:
  virtual ~ReplyStream() = default;

  /// Waits for what comes next and puts it into `deltas`; perhaps nothing that matters here. False: the reply is over.
  /// Throws Error when the provider reports one or the connection breaks.
  virtual bool next(std::vector<Delta>& deltas) = 0;

  /// What there is of the reply. All of it once `next` has returned false.
  virtual const Reply& reply() const = 0;
  virtual Reply take_reply() = 0;
};

/// What a backend offers.
struct BackendInfo {
  std::string name;                 ///< of the provider
  std::vector<Mode> modes;          ///< the first is the default
  const Dialect* plain = nullptr;   ///< schemas as the provider takes them in any mode
  const Dialect* strict = nullptr;  ///< schemas that it can enforce; null: it does not
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const BackendInfo& info() const = 0;

  /// Asks and waits for the reply. Throws Error where there is none. Called from many threads.
  virtual Reply complete(const Call& call) const = 0;

  /// Asks for a reply that comes in pieces. Throws Error where there is none.
  virtual std::unique_ptr<ReplyStream> stream(const Call& call) const = 0;

  /// How its requests travel, and the same backend over another transport.
  virtual const std::shared_ptr<Transport>& transport() const = 0;
  virtual std::shared_ptr<const Backend> over(std::shared_ptr<Transport> transport) const = 0;
};

}  // namespace instructor
