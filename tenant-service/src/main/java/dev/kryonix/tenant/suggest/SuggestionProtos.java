package dev.kryonix.tenant.suggest;

import dev.kryonix.api.tenant.v1.Evidence;
import dev.kryonix.api.tenant.v1.SuggestTenantResponse;
import dev.kryonix.api.tenant.v1.Suggestion;

/** Suggestions as messages. */
public final class SuggestionProtos {
  private SuggestionProtos() {}

  public static SuggestTenantResponse message(Suggested suggested) {
    SuggestTenantResponse.Builder message =
        SuggestTenantResponse.newBuilder().setPlan(message(suggested.plan()));
    suggested.sector().ifPresent(sector -> message.setSector(message(sector)));
    suggested.modules().forEach(module -> message.addModules(message(module)));
    suggested.words().forEach(word -> message.addWords(message(word)));
    suggested.compliance().forEach(regime -> message.addCompliance(message(regime)));
    return message.build();
  }

  private static Suggestion message(Choice choice) {
    Suggestion.Builder message =
        Suggestion.newBuilder()
            .setValue(choice.value())
            .setSubject(choice.subject())
            .setConfidence(choice.confidence());
    for (Reason reason : choice.reasons()) {
      message.addEvidence(Evidence.newBuilder().setQuote(reason.quote()).setRule(reason.rule()));
    }
    return message.build();
  }
}
