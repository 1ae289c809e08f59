#include "auth/bearer_token.hpp"

#include <utility>

#include "auth/used_secrets.hpp"
#include "instructor/error.hpp"

namespace instructor {

namespace {

class BearerToken final : public Authorization {
 public:
  explicit BearerToken(std::function<std::string()> get) : get_(std::move(get)) {}

  void apply(HttpRequest& request, Transport&) const override {
    std::string token = get_();
    if (token.empty() || token.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      throw Error(ErrorCode::authentication,
                  token.empty() ? "ClientOptions::bearer_token gave nothing"
                                : "what ClientOptions::bearer_token gave has a line break or a NUL in it");
    secrets_.add(token);
    request.headers.push_back({"Authorization", "Bearer " + std::move(token)});
  }
  std::string redact(std::string text) const override { return secrets_.redact(std::move(text)); }

 private:
  std::function<std::string()> get_;
  mutable UsedSecrets secrets_;
};

}  // namespace

std::shared_ptr<const Authorization> bearer_authorization(std::function<std::string()> get) {
  return std::make_shared<const BearerToken>(std::move(get));
}

}  // namespace instructor
