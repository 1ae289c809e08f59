// Schemas of users: read or refused; and what is read can be written, read again and faked, and the fakes are valid.

#include <string>

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/testing.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace instructor;
  try {
    const DynamicModel model = DynamicModel::from_json_schema(fuzz::text_of(data, size));
    const std::string& schema = model.schema();
    fuzz::expect(!model.type_text().empty(), "a schema has a compact notation");
    for (const Dialect* const dialect : dialect::all) {
      try {
        (void)decode<Json>(model.lowered(*dialect).schema).value();
      } catch (const Error& error) {
        fuzz::expect(error.code() == ErrorCode::unsupported_schema,
                     "a schema has a form in a dialect, or says why not");
      }
    }
    // Written, the types that keywords imply are said; a default of another type is then none any more.
    const DynamicModel again = DynamicModel::from_json_schema(schema);
    const DynamicModel once_more = DynamicModel::from_json_schema(again.schema());
    fuzz::expect(once_more.schema() == again.schema(), "a schema that is written is read the same");
    (void)model.decode(R"({"a":[1,"x",null,{"b":true}]})");
    const Json value = testing::fake(model, 1);
    fuzz::expect(model.decode(encode(value)).has_value(), "fakes are valid");
  } catch (const Error& error) {
    fuzz::expect(error.code() == ErrorCode::invalid_model || error.code() == ErrorCode::invalid_request,
                 "what is no schema is an invalid model");
  }
  return 0;
}
