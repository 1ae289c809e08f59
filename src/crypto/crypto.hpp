#pragma once

// The little cryptography that credentials and checkpoints need. The only place that knows OpenSSL.

#include <string>
#include <string_view>

namespace instructor {

/// The 32 bytes of SHA-256. Throws Error (`invalid_configuration`) where libcrypto does not offer it.
std::string sha256(std::string_view bytes);

/// The 32 bytes of HMAC-SHA-256 (RFC 2104). Throws as sha256.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// The signature RSASSA-PKCS1-v1_5 with SHA-256, which JWTs call RS256 (RFC 7518, section 3.3). `pem`: a private key,
/// PKCS #8 or PKCS #1, without a passphrase. Throws Error (`invalid_configuration`), which does not quote the key, when
/// it is no such key.
std::string sign_rs256(std::string_view pem, std::string_view bytes);

/// Two lower-case digits for each byte.
std::string to_hex(std::string_view bytes);

/// Base64 with the URL alphabet and no padding (RFC 7515, section 2).
std::string to_base64url(std::string_view bytes);

}  // namespace instructor
