#pragma once

#include <string>

#include "cli/mock_script.hpp"

namespace instructor::cli {

struct MockServerOptions {
  int port = 8089;     ///< 0: any free one
  std::string key;     ///< requests must carry it; empty: any or none will do
  bool quiet = false;  ///< no line for each request
};

/// Serves on 127.0.0.1 until the process gets SIGINT or SIGTERM. Throws Error (`invalid_configuration`) when the port
/// is taken.
void serve_mock(MockScript& script, const MockServerOptions& options);

}  // namespace instructor::cli
