#pragma once

// A provider behind HTTP: a preset, a protocol, a transport and a key.

#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/redact.hpp"
#include "instructor/client.hpp"
#include "instructor/transport.hpp"
#include "provider/preset.hpp"

namespace instructor {

class HttpBackend final : public Backend {
 public:
  /// Throws Error (`invalid_configuration`) for a base URL that is none, and for headers with line breaks.
  HttpBackend(const Preset& preset, std::string base_url, std::string key, const std::vector<HttpHeader>& headers,
              std::shared_ptr<Transport> transport);

  const BackendInfo& info() const override { return info_; }
  Reply complete(const Call& call) const override;
  std::unique_ptr<ReplyStream> stream(const Call& call) const override;
  const std::shared_ptr<Transport>& transport() const override { return transport_; }
  std::shared_ptr<const Backend> over(std::shared_ptr<Transport> transport) const override;

  const Protocol& protocol() const { return preset_.protocol(); }
  const Secrets& secrets() const { return secrets_; }
  /// Throws `detail` as an Error that says which response it is about.
  [[noreturn]] void fail(const HttpHead& head, ErrorDetail detail) const;

 private:
  HttpRequest request_for(const Call& call) const;

  const Preset& preset_;
  std::string base_url_;
  std::vector<HttpHeader> headers_;
  std::shared_ptr<Transport> transport_;
  Secrets secrets_;
  BackendInfo info_;
};

}  // namespace instructor
