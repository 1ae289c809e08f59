#include "model/encode.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "json/numbers.hpp"
#include "json/text.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

class Encoder {
 public:
  Encoder(std::string& out, const EncodeOptions& options) : out_(out), options_(options) {}

  void value(const Plan& plan, const void* address) {
    if (plan.storage == Storage::json) return dynamic(*static_cast<const Json*>(address));
    const TypeInfo& info = *plan.info;
    switch (plan.kind) {
      case Kind::boolean: out_ += *static_cast<const bool*>(address) ? "true" : "false"; break;
      case Kind::integer: json::append_number(out_, load_integer(plan.storage, address)); break;
      case Kind::number: number(plan.storage, address); break;
      case Kind::string: string(*static_cast<const std::string*>(address)); break;
      case Kind::enumeration: enumerator(plan, address); break;
      case Kind::optional:
        if (const void* inner = info.optional->get(address))
          value(*plan.element, inner);
        else
          out_ += "null";
        break;
      case Kind::list:
      case Kind::set: list(plan, address); break;
      case Kind::map: map(plan, address); break;
      case Kind::tuple: tuple(plan, address); break;
      case Kind::object: object(plan, address); break;
      case Kind::text: text(plan, address); break;
      case Kind::null: out_ += "null"; break;
      case Kind::variant: variant(plan, address); break;
      case Kind::any: break;
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::invalid_model,
                "this value has no JSON form: " + what + (path_.empty() ? "" : " at " + path_));
  }

  void number(Storage storage, const void* address) {
    const double wide = load_number(storage, address);
    if (!std::isfinite(wide)) fail("a number that is not finite");
    if (storage == Storage::float32)
      json::append_float(out_, static_cast<float>(wide));
    else
      json::append_double(out_, wide);
  }

  void string(std::string_view text) {
    if (!json::is_utf8(text)) fail("text that is not valid UTF-8");
    json::append_string(out_, text);
  }

  void text(const Plan& plan, const void* address) {
    std::string printed;
    if (!plan.info->text->print(address, printed)) fail("it is not " + std::string(plan.info->text->what));
    string(printed);
  }

  void enumerator(const Plan& plan, const void* address) {
    const Number number = load_integer(plan.storage, address);
    const std::int64_t bits = number.form == Number::Form::signed_integer
                                  ? number.signed_value
                                  : static_cast<std::int64_t>(number.unsigned_value);
    for (const Enumerator& candidate : plan.info->enumerators) {
      if (candidate.value != bits) continue;
      json::append_string(out_, candidate.name);
      return;
    }
    std::string text;
    json::append_number(text, number);
    fail("an enumerator without a name (" + std::string(plan.info->name) + " " + text + ")");
  }

  // ---- containers ------------------------------------------------------------------------------------------------

  void open(char bracket) {
    if (++depth_ > options_.max_depth) fail("more than " + std::to_string(options_.max_depth) + " levels of nesting");
    out_ += bracket;
  }
  void next(bool first) {
    if (!first) out_ += ',';
    line();
  }
  void close(char bracket, bool empty) {
    --depth_;
    if (!empty) line();
    out_ += bracket;
  }
  void line() {
    if (options_.indent < 0) return;
    out_ += '\n';
    out_.append(depth_ * static_cast<std::size_t>(options_.indent), ' ');
  }
  void key(std::string_view text) {
    if (!json::is_utf8(text)) fail("a key that is not valid UTF-8");
    json::append_string(out_, text);
    out_ += options_.indent < 0 ? ":" : ": ";
  }

  struct Elements {
    Encoder& encoder;
    const Plan& element;
    std::size_t index = 0;
  };

  void list(const Plan& plan, const void* address) {
    open('[');
    Elements elements{*this, *plan.element};
    const auto visit = [](void* context, const void* element) {
      auto& e = *static_cast<Elements*>(context);
      e.encoder.next(e.index == 0);
      e.encoder.element(e.element, element, e.index++);
    };
    if (plan.info->list != nullptr)
      plan.info->list->each(address, &elements, visit);
    else
      plan.info->set->each(address, &elements, visit);
    close(']', elements.index == 0);
  }

  void element(const Plan& plan, const void* address, std::size_t index) {
    const std::size_t size = path_.size();
    json::append_pointer(path_, index);
    value(plan, address);
    path_.resize(size);
  }

  void member(const Plan& plan, const void* address, std::string_view name) {
    const std::size_t size = path_.size();
    json::append_pointer(path_, name);
    key(name);
    value(plan, address);
    path_.resize(size);
  }

  void map(const Plan& plan, const void* address) {
    open('{');
    Elements elements{*this, *plan.element};
    plan.info->map->each(address, &elements, [](void* context, std::string_view name, const void* element) {
      auto& e = *static_cast<Elements*>(context);
      e.encoder.next(e.index++ == 0);
      e.encoder.member(e.element, element, name);
    });
    close('}', elements.index == 0);
  }

  void tuple(const Plan& plan, const void* address) {
    open('[');
    for (std::size_t i = 0; i < plan.elements.size(); ++i) {
      next(i == 0);
      element(*plan.elements[i], plan.info->tuple->at(const_cast<void*>(address), i), i);
    }
    close(']', plan.elements.empty());
  }

  void variant(const Plan& plan, const void* address) {
    const std::size_t index = plan.info->variant->index(address);
    if (index >= plan.elements.size()) fail("a variant without a value");
    value(*plan.elements[index], plan.info->variant->get(address));
  }

  /// An empty optional member is left out: absent and null mean the same for it.
  void object(const Plan& plan, const void* address) {
    open('{');
    bool first = true;
    if (!plan.tag.empty()) {
      next(true);
      first = false;
      key(plan.tag);
      string(plan.info->name);
    }
    for (const FieldPlan& field : plan.fields) {
      const void* at = static_cast<const char*>(address) + field.offset;
      if (field.plan->kind == Kind::optional && field.plan->info->optional->get(at) == nullptr) continue;
      next(first);
      first = false;
      member(*field.plan, at, field.key);
    }
    close('}', first);
  }

  void dynamic(const Json& node) {
    switch (node.type()) {
      case Json::value_t::null: out_ += "null"; break;
      case Json::value_t::boolean: out_ += node.get<bool>() ? "true" : "false"; break;
      case Json::value_t::number_integer: json::append_signed(out_, node.get<std::int64_t>()); break;
      case Json::value_t::number_unsigned: json::append_unsigned(out_, node.get<std::uint64_t>()); break;
      case Json::value_t::number_float: {
        const double number = node.get<double>();
        if (!std::isfinite(number)) fail("a number that is not finite");
        const std::size_t start = out_.size();
        json::append_double(out_, number);
        // Without a fraction it would come back as an integer, and -0 as 0.
        if (out_.find_first_of(".e", start) == std::string::npos) out_ += ".0";
        break;
      }
      case Json::value_t::string: string(node.get_ref<const std::string&>()); break;
      case Json::value_t::array: {
        open('[');
        std::size_t index = 0;
        for (const Json& element : node) {
          next(index == 0);
          const std::size_t size = path_.size();
          json::append_pointer(path_, index++);
          dynamic(element);
          path_.resize(size);
        }
        close(']', index == 0);
        break;
      }
      case Json::value_t::object: {
        open('{');
        bool first = true;
        for (const auto& [name, element] : node.items()) {
          next(first);
          first = false;
          const std::size_t size = path_.size();
          json::append_pointer(path_, name);
          key(name);
          dynamic(element);
          path_.resize(size);
        }
        close('}', first);
        break;
      }
      case Json::value_t::binary:
      case Json::value_t::discarded: fail("a binary value");
    }
  }

  std::string& out_;
  const EncodeOptions& options_;
  std::size_t depth_ = 0;
  std::string path_;
};

}  // namespace

void encode(const Plan& plan, const void* value, std::string& out, const EncodeOptions& options) {
  Encoder(out, options).value(plan, value);
}

}  // namespace instructor::core
