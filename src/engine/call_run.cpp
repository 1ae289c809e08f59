#include "engine/call_run.hpp"

namespace instructor::engine {

Progress CallRun::advance() {
  while (true) {
    bool over = false;
    try {
      if (delivery_ == nullptr)
        delivery_ = std::make_unique<Delivery>(attempts_.setup(), attempts_.next(), attempts_.deadline());
      if (!delivery_->ready()) return Progress::waiting;
      if (delivery_->next(deltas_)) continue;
      over = attempts_.take(delivery_->take_reply());
    } catch (const Error& error) {
      over = !attempts_.fall_back(error) &&
             attempts_.fail(error, delivery_ == nullptr ? Reply() : delivery_->take_reply());
    }
    delivery_.reset();
    if (over) return Progress::over;
  }
}

}  // namespace instructor::engine
