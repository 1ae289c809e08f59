#pragma once

// nginx with TLS on loopback, and a certificate authority of its own that lives as long as the test.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "support/raw_server.hpp"

namespace instructor::support {

class TlsServer {
 public:
  /// Answers every request with `body`; the certificate is for localhost.
  explicit TlsServer(const std::string& body) {
    std::string pattern = (std::filesystem::temp_directory_path() / "instructor-tls-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    dir_ = pattern;
    {
      const RawServer free_port([](Connection&) {});
      port_ = free_port.port();
    }
    const std::string in = "cd " + dir_.string() + " && ";
    run(in +
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca "
        "-keyout ca.key -out ca.pem 2>/dev/null");
    run(in +
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout server.key "
        "-out server.csr 2>/dev/null");
    write("ext.cnf", "subjectAltName=DNS:localhost\n");
    run(in +
        "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext.cnf "
        "-out server.pem 2>/dev/null");
    write("nginx.conf",
          "pid " + (dir_ / "nginx.pid").string() + "; error_log " + (dir_ / "error.log").string() +
              ";\nevents {}\nhttp { access_log off; default_type application/json;\n"
              "client_body_temp_path " +
              dir_.string() + "; proxy_temp_path " + dir_.string() + "; fastcgi_temp_path " + dir_.string() +
              "; uwsgi_temp_path " + dir_.string() + "; scgi_temp_path " + dir_.string() +
              ";\nserver { listen 127.0.0.1:" + std::to_string(port_) +
              " ssl;\nssl_certificate server.pem; ssl_certificate_key server.key;\nlocation / { return 200 '" + body +
              "'; } } }\n");
    // It is in the background once it listens.
    run("nginx -p " + dir_.string() + " -c nginx.conf -e error.log");
  }

  ~TlsServer() {
    std::ifstream in(dir_ / "nginx.pid");
    int pid = 0;
    if (in >> pid && pid > 1) ::kill(pid, SIGTERM);
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }

  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string url(const std::string& host) const { return "https://" + host + ":" + std::to_string(port_) + "/v1"; }
  std::string ca_file() const { return (dir_ / "ca.pem").string(); }

 private:
  static void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(dir_ / name) << text; }

  std::filesystem::path dir_;
  int port_ = 0;
};

}  // namespace instructor::support
