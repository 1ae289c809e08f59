#include "engine/prompt.hpp"

#include "engine/asking.hpp"

namespace instructor::engine {

std::string schema_instructions(const OutputSpec& output) {
  std::string text = "Answer with a JSON object that matches this JSON Schema:\n\n";
  text += output.schema;
  text += "\n\nGive the object itself, not the schema, and no other text.";
  return text;
}

std::string type_instructions(std::string_view type_text) {
  std::string text = "Answer with a JSON object that fits this type, comments included:\n\n";
  text += type_text;
  return text + "\n\nGive the object itself, not the type, and no other text.";
}

std::string_view code_block_instructions() { return "Give the JSON object in a ```json code block."; }

std::string tool_instructions(const OutputSpec& output, bool or_others) {
  std::string text = "Give your answer as a call of the tool ";
  text += output.name;
  return text + (or_others ? ", when you have what you need for it." : ", and as nothing else.");
}

std::string correction(const Issues& issues, Mode mode, const OutputSpec& output) {
  const std::size_t count = issues.total();
  std::string text = count == 1 ? "This is not valid. There is 1 problem:\n\n"
                                : "This is not valid. There are " + std::to_string(count) + " problems:\n\n";
  text += issues.prompt();
  if (mode == Mode::parallel_tools) {
    text += "\nMake all calls again, complete and corrected.";
  } else if (is_by_tools(mode)) {
    text += "\nCall ";
    text += output.name;
    text += " again with the complete, corrected arguments.";
  } else if (mode == Mode::md_json) {
    text += "\nAnswer again with the complete, corrected JSON object in a ```json code block.";
  } else {
    text += "\nAnswer again with the complete, corrected JSON object and no other text.";
  }
  return text;
}

std::string elements_correction(const Issues& issues, std::size_t accepted, Mode mode, const OutputSpec& output) {
  const std::string what = mode == Mode::parallel_tools ? "call" : "element";
  std::string text = accepted == 0   ? "None of this was accepted"
                     : accepted == 1 ? "The first " + what + " was accepted; do not send it again"
                                     : "The first " + std::to_string(accepted) + " " + what +
                                           "s were accepted; do not send them again";
  text += ". What came next is not valid:\n\n" + issues.prompt();
  if (mode == Mode::parallel_tools)
    return text + "\nMake the calls that are still missing, beginning with this one, corrected.";
  text += is_by_tools(mode) ? "\nCall " + std::string(output.name) + " again with" : "\nAnswer again with";
  return text + " the elements that are still missing, beginning with this one, corrected.";
}

std::string_view calls_beside() { return "This call is in order; the calls beside it are not."; }

std::string_view accepted_call() { return "This call was accepted; do not make it again."; }

std::string_view unused_call() { return "This call was not used: exactly one is expected."; }

}  // namespace instructor::engine
