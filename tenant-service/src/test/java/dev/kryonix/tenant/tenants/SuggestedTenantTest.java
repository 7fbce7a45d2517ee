package dev.kryonix.tenant.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.SuggestTenantResponse;
import dev.kryonix.api.tenant.v1.Suggestion;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.tenant.suggest.SuggestionProtos;
import dev.kryonix.tenant.suggest.Suggestions;
import dev.kryonix.tenant.suggest.Writings;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A tenant can be created of a suggestion as it is. */
final class SuggestedTenantTest {
  private final Catalog catalog = Catalog.builtIn();
  private final Suggestions suggestions = new Suggestions(catalog);
  private final ProfileRules rules = new ProfileRules(catalog);
  private final Validator contract = ValidatorFactory.newBuilder().build();

  @Provide
  Arbitrary<String> texts() {
    return Writings.texts();
  }

  @Property(tries = 1000)
  void creatingATenantTakesWhatIsSuggestedAndAddsNothing(@ForAll("texts") String text)
      throws ValidationException {
    SuggestTenantResponse suggested =
        SuggestionProtos.message(suggestions.suggest("", text + " x"));

    Tenant tenant = tenant(suggested);

    assertThat(
            contract
                .validate(CreateTenantRequest.newBuilder().setTenant(tenant).build())
                .getViolations())
        .isEmpty();
    Profile profile = rules.complete(TenantProtos.profile(tenant));
    assertThat(profile.sector()).isEqualTo(suggested.getSector().getValue());
    assertThat(profile.plan()).isEqualTo(suggested.getPlan().getValue());
    assertThat(profile.modules()).hasSameElementsAs(values(suggested.getModulesList()));
    assertThat(profile.compliance()).hasSameElementsAs(values(suggested.getComplianceList()));
    assertThat(profile.words()).hasSameSizeAs(suggested.getWordsList());
  }

  private static Tenant tenant(SuggestTenantResponse suggested) {
    Tenant.Builder tenant =
        Tenant.newBuilder()
            .setDisplayName("Uma Empresa")
            .setSector(suggested.getSector().getValue())
            .setPlan(suggested.getPlan().getValue())
            .addAllModules(values(suggested.getModulesList()))
            .addAllCompliance(values(suggested.getComplianceList()));
    suggested.getWordsList().forEach(word -> tenant.putWords(word.getSubject(), word.getValue()));
    return tenant.build();
  }

  private static List<String> values(List<Suggestion> suggestions) {
    return suggestions.stream().map(Suggestion::getValue).toList();
  }
}
