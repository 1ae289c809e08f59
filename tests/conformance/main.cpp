// Holds the library against data that others wrote: schemas of the providers, recorded traffic, test suites.
//
//   conformance [folder]
//
// The folder is the argument, else $INSTRUCTOR_CONFORMANCE, else the one the build named. It may have any of
// cassettes/, schemas/, suites/. Exits 1 where something differs that is not in known_exceptions.json, 2 when there is
// no data.

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "report.hpp"
#include "section.hpp"

namespace {

std::filesystem::path folder_from(int argc, char** argv) {
  if (argc > 1) return argv[1];
  const char* const variable = std::getenv("INSTRUCTOR_CONFORMANCE");
  if (variable != nullptr && *variable != '\0') return variable;
  return CONFORMANCE_DEFAULT_FOLDER;
}

int run(int argc, char** argv) {
  using namespace conformance;
  if (argc > 2 || (argc == 2 && std::string(argv[1]).starts_with("-"))) {
    std::cerr << "usage: conformance [folder]\n";
    return 2;
  }
  const std::filesystem::path data = folder_from(argc, argv);
  std::error_code error;
  if (!std::filesystem::is_directory(data, error)) {
    std::cerr << "conformance: there is no folder " << data.string()
              << "; name one as argument or in INSTRUCTOR_CONFORMANCE\n";
    return 2;
  }
  const std::vector<KnownException> known = read_known_exceptions(CONFORMANCE_KNOWN_EXCEPTIONS);

  std::size_t unknown = 0;
  bool any = false;
  for (const Section& section : all_sections()) {
    if (!std::filesystem::is_directory(data / section.needs, error)) {
      std::cout << section.name << ": skipped, there is no " << section.needs << "/\n\n";
      continue;
    }
    any = true;
    Report report;
    try {
      section.run(data, report);
    } catch (const std::exception& failure) {
      report.tally(section.name).add("the section itself", {std::string("stopped: ") + failure.what()});
    }
    unknown += report.print(std::cout, known);
    std::cout << std::endl;
  }
  if (!any) {
    std::cerr << "conformance: " << data.string() << " has no data of a kind that is known\n";
    return 2;
  }
  if (unknown != 0) std::cout << unknown << (unknown == 1 ? " exception" : " exceptions") << " not known\n";
  return unknown == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "conformance: " << error.what() << '\n';
    return 2;
  }
}
