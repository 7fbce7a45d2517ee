package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.catalog.Catalog;
import java.util.BitSet;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted, how much of it, and the words that say so. */
final class SizesTest {
  private final Sizes sizes = new Sizes(Lexicon.builtIn(Catalog.builtIn()));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clínica com 40 médicos|people 40 «40 médicos»",
        "40 experienced full-time doctors|people 40 «40 experienced full-time doctors»",
        "1.200 funcionários|people 1200 «1.200 funcionários»",
        "1,200 employees|people 1200 «1,200 employees»",
        "10 000 alunos|clients 10000 «10 000 alunos»",
        "2 mil alunos|clients 2000 «2 mil alunos»",
        "2,5 mil alunos|clients 2500 «2,5 mil alunos»",
        "vinte e cinco médicos e três filiais|people 25 «vinte e cinco médicos»; branches 3 «três filiais»",
        "cento e vinte mil clientes|clients 120000 «cento e vinte mil clientes»",
        "mil e duzentos alunos|clients 1200 «mil e duzentos alunos»",
        "two hundred and fifty users|users 250 «two hundred and fifty users»",
        "uma dúzia de lojas|branches 12 «dúzia de lojas»",
        "mais de 100 funcionários|people 101 «mais de 100 funcionários»",
        "no more than 100 employees|people 100 «100 employees»",
        "50-80 teachers|people 80 «80 teachers»",
        "equipe de 12|people 12 «equipe de 12»",
        "Funcionários: 30|people 30 «Funcionários: 30»",
        "3000 mensagens por dia|messages 3000 «3000 mensagens por dia»",
        "3000 mensagens|messages 100 «3000 mensagens»",
        "10k messages an hour|messages 240000 «10k messages an hour»",
        "1,5M mensagens por mês|messages 50000 «1,5M mensagens por mês»",
        "todo dia enviamos 500 mensagens|messages 500 «todo dia enviamos 500 mensagens»",
        "200 pacientes por dia|transactions 200 «200 pacientes por dia»",
        "40 médicos que atendem todos os dias|people 40 «40 médicos»",
        "20 anos com pacientes|''",
        "24/7, pacientes|''",
        "R$ 50.000 em vendas|''",
        "50% dos clientes|''",
        "5 salas para alunos|''",
        "clínica: 24 horas|''",
        "uma clínica|''"
      })
  void aNumberCountsWhatStandsBehindItOrNamesItBefore(String written, String expected) {
    Text text = Text.of(written);

    assertThat(
            sizes.in(text, new BitSet()).stream()
                .map(
                    size ->
                        String.format(
                            Locale.ROOT,
                            "%s %.0f «%s»",
                            size.measure().name(),
                            size.amount(),
                            text.quote(size.first(), size.last())))
                .collect(Collectors.joining("; ")))
        .isEqualTo(expected);
  }
}
