#pragma once

// One part of the data, and how the library is held against it. To add one: write its file, name its function here,
// and give it a row in sections.cpp.

#include <filesystem>
#include <span>
#include <string_view>

#include "report.hpp"

namespace conformance {

struct Section {
  std::string_view name;
  std::string_view needs;  ///< a folder below the data; without it the section is skipped
  void (*run)(const std::filesystem::path& data, Report& report);
};

std::span<const Section> all_sections();

void run_json_parsing(const std::filesystem::path& data, Report& report);
void run_partial_json(const std::filesystem::path& data, Report& report);
void run_mended_json(const std::filesystem::path& data, Report& report);
void run_understood_values(const std::filesystem::path& data, Report& report);
void run_json_schema_suite(const std::filesystem::path& data, Report& report);
void run_json_schema_bench(const std::filesystem::path& data, Report& report);
void run_lowered_schemas(const std::filesystem::path& data, Report& report);
void run_chat_requests(const std::filesystem::path& data, Report& report);
void run_messages_requests(const std::filesystem::path& data, Report& report);
void run_responses_requests(const std::filesystem::path& data, Report& report);
void run_converse_requests(const std::filesystem::path& data, Report& report);
void run_gemini_requests(const std::filesystem::path& data, Report& report);
void run_cohere_requests(const std::filesystem::path& data, Report& report);
void run_ollama_requests(const std::filesystem::path& data, Report& report);
void run_cassettes(const std::filesystem::path& data, Report& report);
void run_aws_signatures(const std::filesystem::path& data, Report& report);
void run_aws_streams(const std::filesystem::path& data, Report& report);

}  // namespace conformance
