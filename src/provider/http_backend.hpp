#pragma once

// A provider behind HTTP: its row, a protocol, a transport and a key.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/redact.hpp"
#include "instructor/transport.hpp"
#include "protocol/protocol.hpp"
#include "provider/endpoint.hpp"

namespace instructor {

class HttpBackend final : public Backend {
 public:
  /// Throws Error (`invalid_configuration`) for a base URL that is none, and for headers with line breaks.
  HttpBackend(Endpoint endpoint, std::shared_ptr<Transport> transport);

  std::string_view name() const override { return endpoint_.provider->name; }
  BackendInfo info(std::string_view model, const CallOptions& options) const override;
  Reply complete(const Call& call) const override;
  bool takes_idempotency_keys() const override { return !endpoint_.provider->idempotency_header.empty(); }
  std::unique_ptr<ReplyStream> stream(const Call& call, std::function<void()> wake) const override;
  std::string fingerprint(const Call& call) const override;
  const std::shared_ptr<Transport>& transport() const override { return transport_; }
  std::shared_ptr<const Backend> over(std::shared_ptr<Transport> transport) const override;

  /// `text` without secrets.
  std::string redact(std::string text) const;
  /// A response with its whole body, as a reply. Throws Error.
  Reply whole_reply(const Protocol& protocol, const HttpHead& head, std::string body,
                    std::vector<std::string> notes) const;
  /// Throws `detail` as an Error that says which response it is about.
  [[noreturn]] void fail(const HttpHead& head, ErrorDetail detail) const;

 private:
  struct Prepared {
    HttpRequest request;
    std::vector<std::string> notes;
  };
  Prepared encode(const Call& call) const;
  void write(const Call& call, HttpRequest& request) const;
  Prepared prepare(const Call& call) const;
  const Protocol& protocol_for(Mode mode) const;

  Endpoint endpoint_;
  const Protocol& protocol_;
  WireSettings settings_;
  std::shared_ptr<Transport> transport_;
  Secrets secrets_;
};

}  // namespace instructor
