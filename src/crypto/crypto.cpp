#include "crypto/crypto.hpp"

#include <climits>
#include <cstdint>
#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "instructor/error.hpp"

namespace instructor {

namespace {

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Bio = std::unique_ptr<BIO, Freeing<BIO_free_all>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freeing<EVP_MD_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void refuse(const std::string& why) {
  ERR_clear_error();  // the queue belongs to the thread, and libcurl reads it too
  throw Error(ErrorCode::invalid_configuration, why);
}

/// An encrypted key would else be asked about on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), bytes_of(digest), &size, EVP_sha256(), nullptr) != 1)
    refuse("OpenSSL does not offer SHA-256; see its configuration (openssl.cnf)");
  digest.resize(size);
  return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  if (key.size() > INT_MAX) refuse("a key of more than 2 GiB");
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(), bytes_of(digest),
           &size) == nullptr)
    refuse("OpenSSL does not offer HMAC with SHA-256; see its configuration (openssl.cnf)");
  digest.resize(size);
  return digest;
}

std::string sign_rs256(std::string_view pem, std::string_view bytes) {
  if (pem.size() > INT_MAX) refuse("the private key is larger than 2 GiB");
  const Bio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const PrivateKey key(source == nullptr ? nullptr
                                         : PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) refuse("the private key is no PEM text of an unencrypted key (-----BEGIN PRIVATE KEY-----)");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) refuse("the private key is no RSA key");
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  std::string signature;
  bool done = context != nullptr && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes_of(bytes), bytes.size()) == 1;
  if (done) {
    signature.resize(size);
    done = EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(bytes), bytes.size()) == 1;
  }
  if (!done) refuse("OpenSSL cannot sign with the private key");
  signature.resize(size);
  return signature;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string to_base64url(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    group = (group << 8 | static_cast<unsigned char>(c)) & 0xFFFFFF;
    for (bits += 8; bits >= 6; bits -= 6) text += digits[group >> (bits - 6) & 63];
  }
  if (bits > 0) text += digits[group << (6 - bits) & 63];
  return text;
}

}  // namespace instructor
