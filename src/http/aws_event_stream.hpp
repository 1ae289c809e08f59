#pragma once

// `application/vnd.amazon.eventstream`, the framing of AWS's streams ("Event stream encoding", Amazon Transcribe
// Developer Guide; Smithy, "Amazon Event Stream Specification"): taken apart as the bytes arrive, and made.
//
//   splitter.feed(chunk);
//   while (splitter.next(message)) take(message);
//   ...
//   splitter.finish();                              // the response has ended
//   if (splitter.failed()) give_up(splitter.why());
//
// A message, all numbers big-endian:
//
//   | 4 length of all | 4 length of the headers | 4 CRC of these 8 | headers | payload | 4 CRC of all before |
//
// The messages are the same however the bytes are cut up. One that is whole in one chunk is not copied.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace instructor {

/// A header. Which members count depends on the type.
struct AwsEventHeader {
  enum class Type : std::uint8_t {
    true_value = 0,
    false_value = 1,
    int8 = 2,
    int16 = 3,
    int32 = 4,
    int64 = 5,
    bytes = 6,
    string = 7,
    timestamp = 8,  ///< milliseconds since 1970
    uuid = 9,       ///< 16 bytes
  };

  std::string_view name;
  Type type = Type::string;
  std::string_view bytes;   ///< of bytes, string and uuid
  std::int64_t number = 0;  ///< of integers and timestamp

  friend bool operator==(const AwsEventHeader&, const AwsEventHeader&) = default;
};

struct AwsEventMessage {
  enum class Kind : std::uint8_t {
    event,
    exception,  ///< one that the service's description names; the payload says more
    error,      ///< any other failure; there is no payload
  };

  Kind kind = Kind::event;
  std::string_view type;           ///< `:event-type`, `:exception-type` or `:error-code`
  std::string_view error_message;  ///< `:error-message`, of an error
  std::string_view payload;
  std::span<const AwsEventHeader> headers;
};

/// Why a stream is given up.
enum class AwsStreamFailure : std::uint8_t {
  none,
  checksum,          ///< of the lengths, or of the message
  too_large,         ///< the message is larger than allowed
  length,            ///< shorter than a message can be
  headers_length,    ///< the headers are longer than the message, or than 128 KiB
  header,            ///< a header is cut off, has no name, or a type that is not known
  duplicate_header,  ///< two headers have one name
  message_type,      ///< `:message-type` is none of event, exception, error
  truncated,         ///< the stream ends inside a message
};

class AwsEventSplitter {
 public:
  /// No more than `max_message_bytes`, which is all of a message, are held.
  explicit AwsEventSplitter(std::size_t max_message_bytes = std::size_t{16} << 20) : max_(max_message_bytes) {}

  /// Takes the next bytes, which must stay where they are until `next` has returned false.
  void feed(std::string_view chunk);

  /// The next message. Its texts and headers are valid until the next call of a member that is not const. A message
  /// without `:message-type` is an event. False: the chunk is used up and no longer needed, or `failed`.
  bool next(AwsEventMessage& message);

  /// The response has ended, and `next` has returned false.
  void finish();

  /// Nothing comes after that: where the next message would begin is not known.
  bool failed() const { return failure_ != AwsStreamFailure::none; }
  AwsStreamFailure failure() const { return failure_; }
  /// What is wrong at which message, as "message 3 of the event stream: ..."; empty when nothing is.
  const std::string& why() const { return why_; }

 private:
  bool read_prelude(std::string_view bytes);
  bool read_message(std::string_view bytes, AwsEventMessage& message);
  bool read_headers(std::string_view bytes);
  bool describe(AwsEventMessage& message);
  bool fail(AwsStreamFailure failure, const std::string& why);

  std::size_t max_;
  std::string_view rest_;
  std::string buffer_;     // a message that the chunks have cut, as far as it is there
  std::size_t total_ = 0;  // length of the message; 0: not known yet
  std::size_t headers_length_ = 0;
  std::size_t before_ = 0;  // messages that are over
  bool in_use_ = false;     // the last message is
  std::vector<AwsEventHeader> headers_;
  AwsStreamFailure failure_ = AwsStreamFailure::none;
  std::string why_;
};

/// The bytes of a message. Throws Error (`invalid_request`) for what has no form: a name that is empty or longer than
/// 255 bytes, a text longer than 65,535 bytes, a UUID that is not 16 bytes, a number that does not fit its type.
std::string aws_event_message(std::span<const AwsEventHeader> headers, std::string_view payload);

/// A message as services send it: `:message-type`, the type (see AwsEventMessage::type), `:content-type`
/// application/json, and the payload. An error has its code in `type` and its message in `payload`.
std::string aws_event_message(AwsEventMessage::Kind kind, std::string_view type, std::string_view payload);

}  // namespace instructor
