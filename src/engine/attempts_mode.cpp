// In which mode a model is asked, and what that makes of the call.

#include <utility>

#include "engine/asking.hpp"
#include "engine/attempts.hpp"
#include "engine/parallel.hpp"
#include "engine/prompt.hpp"
#include "engine/unsupported.hpp"
#include "instructor/type_text.hpp"

namespace instructor::engine {

namespace {

std::string list_of(const ModeList& modes) {
  std::string list;
  for (const Mode mode : modes) {
    if (!list.empty()) list += ", ";
    list += to_string(mode);
  }
  return list;
}

}  // namespace

void Attempts::choose_mode() {
  if (maker_.parallel && setup_.mode == Mode::automatic) setup_.mode = Mode::parallel_tools;
  if (setup_.mode != Mode::automatic) {
    if (!info_.modes.has(setup_.mode))
      throw Error(
          ErrorCode::unsupported_mode,
          std::string(info_.name) + " does not offer mode " + std::string(to_string(setup_.mode)) +
              (info_.modes.size() == 0 ? std::string(" for this model") : "; it offers " + list_of(info_.modes)));
    if (maker_.parallel != (setup_.mode == Mode::parallel_tools))
      throw Error(ErrorCode::unsupported_mode, maker_.parallel ? "create_parallel asks in mode parallel_tools alone"
                                                               : "mode parallel_tools is for create_parallel");
    return ask_in(setup_.mode, maker_.parallel ? Form() : needed_form_in(setup_.mode));
  }
  may_fall_back_ = true;
  std::string why_not;
  for (const Mode mode : info_.modes) {
    if (is_chosen_by_name(mode)) continue;
    if (const Form form = form_in(mode, why_not); form.schema != nullptr) return ask_in(mode, form);
  }
  throw Error(ErrorCode::unsupported_schema, std::string(info_.name) + " cannot be asked for this type: " + why_not);
}

/// The schema as it is sent in this mode, if it can be.
Attempts::Form Attempts::form_in(Mode mode, std::string& why_not) const {
  const SchemaDialects& dialects = info_.dialects;
  const bool by_tools = is_by_tools(mode);
  // Words can say what a provider's dialect cannot.
  const Dialect* plain = is_in_words(mode) ? &dialect::json_schema : by_tools ? dialects.tools : dialects.format;
  const Dialect* strict = is_in_words(mode) ? nullptr : by_tools ? dialects.strict_tools : dialects.strict_format;
  if (mode == Mode::tools_strict) plain = nullptr;
  for (const Dialect* const dialect : {strict, plain}) {
    if (dialect == nullptr) continue;
    const LoweredSchema& form = detail::lowered_schema(*maker_.type, *dialect);
    if (form.fits()) return {&form, dialect == strict};
    why_not = form.why_not();
  }
  if (why_not.empty()) why_not = "it does not enforce schemas of tools";
  return {};
}

Attempts::Form Attempts::needed_form_in(Mode mode) const {
  std::string why_not;
  const Form form = form_in(mode, why_not);
  if (form.schema != nullptr) return form;
  throw Error(ErrorCode::unsupported_schema, std::string(info_.name) + " cannot be asked for this type in mode " +
                                                 std::string(to_string(mode)) + ": " + why_not);
}

/// Sets up everything that depends on the mode.
void Attempts::ask_in(Mode mode, Form form) {
  call_.mode = mode;
  call_.output = {.name = plan_.info->name, .description = plan_.info->description, .schema = {}, .strict = false};
  call_.format = TextFormat::free;
  own_messages_.clear();
  call_.messages = setup_.messages;
  decode_options_.null_is_absent = false;
  if (!maker_.parallel) {
    call_.output.schema = form.schema->schema;
    call_.output.strict = form.strict;
    decode_options_.null_is_absent = form.schema->null_is_absent;
    if (mode == Mode::json) call_.format = TextFormat::json_object;
    if (mode == Mode::json_schema) call_.format = TextFormat::json_schema;
  }
  add_tools(mode);
  write_instructions();
  conversation_ = call_.messages.size();
}

void Attempts::add_tools(Mode mode) {
  call_.tools.clear();
  call_.provider_tools.clear();
  call_.choice = ToolChoice::free;
  const auto add = [&](const TypeInfo& type, std::string_view name, std::string_view description) {
    const LoweredSchema& form = detail::lowered_schema(type, *info_.dialects.tools);
    if (!form.fits())
      throw Error(ErrorCode::unsupported_schema,
                  std::string(info_.name) + " cannot be told of the tool " + std::string(name) + ": " + form.why_not());
    call_.tools.push_back({.name = name, .description = description, .schema = form.schema, .strict = false});
    decode_options_.null_is_absent = decode_options_.null_is_absent || (maker_.parallel && form.null_is_absent);
  };
  if (maker_.parallel)
    for (const TypeInfo* const type : parallel_types(*maker_.type)) add(*type, type->name, type->description);
  else if (is_by_tools(mode))
    call_.tools.push_back(call_.output);
  const bool free = setup_.may_call_tools || maker_.parallel || !is_by_tools(mode);
  if (setup_.tools != nullptr)
    for (const Tool& tool : *setup_.tools) {
      for (const OutputSpec& other : call_.tools)
        if (other.name == tool.name()) throw Error(ErrorCode::invalid_request, "two tools are called " + tool.name());
      if (tool.parameters() != nullptr)
        add(*tool.parameters(), tool.name(), tool.description());
      else
        call_.tools.push_back(
            {.name = tool.name(), .description = tool.description(), .schema = tool.schema(), .strict = false});
    }
  if (setup_.provider_tools != nullptr)
    call_.provider_tools.assign(setup_.provider_tools->begin(), setup_.provider_tools->end());
  // What the provider runs itself it can only run when it is free to.
  if (!call_.provider_tools.empty() || !info_.forces_tools) return;
  if (!free)
    call_.choice = ToolChoice::the_one;
  else if (!maker_.parallel && is_by_tools(mode))
    call_.choice = ToolChoice::any;
}

/// The caller's messages stay as they are; those that get words of ours are copies.
void Attempts::write_instructions() {
  std::string instructions;
  if (is_in_words(call_.mode))
    instructions = setup_.schema_style == SchemaStyle::type_text ? type_instructions(detail::type_text_of(*maker_.type))
                                                                 : schema_instructions(call_.output);
  else if (is_by_tools(call_.mode) && !maker_.parallel && call_.choice == ToolChoice::free)
    instructions = tool_instructions(call_.output, setup_.may_call_tools);
  if (instructions.empty()) return;
  own_messages_.reserve(2);
  std::vector<const Message*>& messages = call_.messages;
  if (!messages.empty() && messages.front()->role == Role::system) {
    Message& system = own_messages_.emplace_back(*messages.front());
    system.content += "\n\n" + instructions;
    messages.front() = &system;
  } else {
    messages.insert(messages.begin(), &own_messages_.emplace_back(Message::system(instructions)));
  }
  if (call_.mode != Mode::md_json) return;
  if (messages.back()->role == Role::user) {
    Message& user = own_messages_.emplace_back(*messages.back());
    user.content.append("\n\n").append(code_block_instructions());
    messages.back() = &user;
  } else {
    messages.push_back(&own_messages_.emplace_back(Message::user(std::string(code_block_instructions()))));
  }
}

AskedAnswer Attempts::asked() const {
  AskedAnswer asked{.mode = call_.mode, .output = call_.output, .types = {}, .tools = {}};
  if (maker_.parallel) asked.types = parallel_types(*maker_.type);
  const bool own_tools_count = setup_.may_call_tools || maker_.parallel;
  if (own_tools_count && setup_.tools != nullptr)
    for (const Tool& tool : *setup_.tools) asked.tools.push_back(tool.name());
  return asked;
}

bool Attempts::fall_back(const Error& error) {
  if (!may_fall_back_ || attempts_.size() != first_attempt_ || !says_unsupported(error.detail())) return false;
  may_fall_back_ = false;
  const Mode refused = call_.mode;
  std::string why_not;
  bool after = false;
  for (const Mode mode : info_.modes) {
    after = after || mode == refused;
    if (!after || mode == refused || is_chosen_by_name(mode)) continue;
    const Form form = form_in(mode, why_not);
    if (form.schema == nullptr) continue;
    Attempt& attempt = record({});
    attempt.failure = error.message();
    attempt.reply.request_id = error.request_id();
    ++fallbacks_;
    ask_in(mode, form);
    return true;
  }
  return false;
}

}  // namespace instructor::engine
