// expect: /prices: an object with free

#include <map>
#include <string>
#include <vector>

#include <instructor/fits.hpp>

struct Invoice {
  std::string number;
#ifdef GOOD
  std::vector<double> prices;
#else
  std::map<std::string, double> prices;
#endif
};

static_assert(instructor::fits<Invoice>(instructor::dialect::openai_strict));
