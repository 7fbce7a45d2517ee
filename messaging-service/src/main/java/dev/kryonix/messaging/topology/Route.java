package dev.kryonix.messaging.topology;

import dev.kryonix.messaging.broker.Names;

/** Which way a message takes through the broker to its operation's queue. */
public enum Route {
  /** The lane that the priority says. */
  STANDARD(Names.PUBLISH),
  /** One lane above the priority's: what comes from a phone goes before what does not. */
  MOBILE_PRIORITY(Names.MOBILE_PRIORITY),
  /** Always the high lane. */
  BUSINESS_CRITICAL(Names.BUSINESS_CRITICAL),
  /** The standard way, and from there a copy to every automation consumer. */
  AUTOMATION(Names.PUBLISH);

  private final String exchange;

  Route(String exchange) {
    this.exchange = exchange;
  }

  /** The exchange that leads to the operation's queue. */
  public String exchange() {
    return exchange;
  }

  /** The lane of a message of that priority. */
  public Lane lane(int priority) {
    Lane usual = Lane.of(priority);
    return switch (this) {
      case STANDARD, AUTOMATION -> usual;
      case MOBILE_PRIORITY -> usual == Lane.LOW ? Lane.NORMAL : Lane.HIGH;
      case BUSINESS_CRITICAL -> Lane.HIGH;
    };
  }
}
