#pragma once

// nginx with TLS on loopback, and a certificate authority of its own that lives as long as the test.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include "support/raw_server.hpp"
#include "support/temporary_directory.hpp"

namespace instructor::support {

struct TlsSettings {
  std::string body;                   ///< of all answers; may have nginx's variables in it
  std::string subject = "localhost";  ///< the certificate is for this host
  bool expired = false;
  bool self_signed = false;
  bool wants_client_certificate = false;
  bool http2 = false;
  int requests_on_a_connection = 1000;  ///< then it says goodbye

  TlsSettings() = default;
};

class TlsServer {
 public:
  /// Answers every request with `body`; the certificate is for localhost.
  explicit TlsServer(const std::string& body) : TlsServer(with_body(body)) {}

  /// At /v1 the body; /broken breaks the connection, or the stream, off.
  explicit TlsServer(const TlsSettings& settings) {
    {
      const RawServer free_port([](Connection&) {});
      port_ = free_port.port();
    }
    const std::string key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    openssl("req -x509 " + key + "-days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem");
    dir_.write("ext.cnf", "subjectAltName=DNS:" + settings.subject + "\n");
    openssl("req " + key + "-subj /CN=" + settings.subject + " -keyout server.key -out server.csr");
    const std::string signer =
        settings.self_signed ? "-signkey server.key " : "-CA ca.pem -CAkey ca.key -CAcreateserial ";
    // Without a day to live it is over with the second it was made in.
    openssl("x509 -req -in server.csr " + signer + "-days " + (settings.expired ? "0" : "2") +
            " -extfile ext.cnf -out server.pem");
    openssl("req " + key + "-subj /CN=client -keyout client.key -out client.csr");
    openssl("x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out client.pem");
    const std::string dir = dir_.path();
    std::string paths;
    for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
      paths += std::string(what) + "_temp_path " + dir + "; ";
    dir_.write("nginx.conf",
               "pid " + dir + "/nginx.pid; error_log " + dir + "/error.log;\nevents {}\n" +
                   "http { access_log off; default_type application/json; " + paths + "\nkeepalive_requests " +
                   std::to_string(settings.requests_on_a_connection) +
                   ";\nserver { listen 127.0.0.1:" + std::to_string(port_) + " ssl" + (settings.http2 ? " http2" : "") +
                   ";\nssl_certificate server.pem; ssl_certificate_key server.key;\n" +
                   (settings.wants_client_certificate ? "ssl_client_certificate ca.pem; ssl_verify_client on;\n" : "") +
                   "location /broken { return 444; }\nlocation / { return 200 '" + settings.body + "'; } } }\n");
    // It is in the background once it listens.
    run("nginx -p " + dir + " -c nginx.conf -e error.log");
  }

  ~TlsServer() {
    std::ifstream in(dir_ / "nginx.pid");
    int pid = 0;
    if (in >> pid && pid > 1) ::kill(pid, SIGTERM);
  }

  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string url(const std::string& host, const std::string& path = "/v1") const {
    return "https://" + host + ":" + std::to_string(port_) + path;
  }
  int port() const { return port_; }
  std::string ca_file() const { return file("ca.pem"); }
  /// One of ca.pem, client.pem, client.key.
  std::string file(const std::string& name) const { return dir_ / name; }

 private:
  static TlsSettings with_body(const std::string& body) {
    TlsSettings settings;
    settings.body = body;
    return settings;
  }
  static void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  void openssl(const std::string& arguments) const {
    run("cd " + dir_.path() + " && openssl " + arguments + " 2>/dev/null");
  }

  const TemporaryDirectory dir_;
  int port_ = 0;
};

}  // namespace instructor::support
