// A mail becomes a ticket: limits, rules of the model's own, and what happened on the way.
//
//   tickets [provider/model] [file]

#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <instructor/instructor.hpp>

#include "read_file.hpp"

enum class Kind { refund, replacement, question, other };
enum class Priority { low, normal, high };

struct Customer {
  std::string name;
  std::optional<std::string> email;
};

struct Address {
  std::string street, city;
  std::optional<std::string> postcode;
};

struct Ticket {
  std::string subject;
  Kind kind;
  Priority priority = Priority::normal;
  Customer customer;
  std::optional<std::string> order;
  std::map<std::string, double> amounts;
  std::vector<Address> addresses;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Ticket>("A support ticket, made of a customer's mail",
                         field<&Ticket::subject>("One line, no full stop", min_length(3), max_length(80)),
                         field<&Ticket::order>("The order's number, as NK-4471", pattern("^[A-Z]{2}-[0-9]{4}$")),
                         field<&Ticket::amounts>("Sums of the amounts that are named, by currency code"),
                         field<&Ticket::addresses>("Every postal address that is named", max_items(10)));
  }

  void validate(instructor::Issues& issues) const {
    if (kind == Kind::refund && amounts.empty()) issues.add(&Ticket::amounts, "a refund names an amount");
  }
};

int main(int argc, char** argv) {
  try {
    auto client = instructor::from_provider(argc > 1 ? argv[1] : "openai/gpt-4o-mini");
    const std::string mail = read_file(argc > 2 ? argv[2] : "examples/documents/double-charge.txt");
    auto [ticket, completion] = client.create_with_completion<Ticket>(mail);

    for (const instructor::Attempt& attempt : completion.attempts) {
      std::cout << "attempt " << attempt.number << ": " << attempt.answer << '\n';
      if (attempt.issues.empty())
        std::cout << "  valid\n";
      else
        std::cout << attempt.issues.text() << "  -> asked again\n";
    }
    std::cout << "\n" << instructor::encode(ticket, 2) << "\n\n";
    std::cout << ticket.customer.name << " writes about \"" << ticket.subject << "\" (" << completion.usage.total_tokens
              << " tokens in all attempts)\n";
  } catch (const instructor::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
