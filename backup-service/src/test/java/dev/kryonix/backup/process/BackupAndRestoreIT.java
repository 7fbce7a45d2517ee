package dev.kryonix.backup.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.backup.v1.Backup;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.BackupState;
import dev.kryonix.api.backup.v1.BackupTrigger;
import dev.kryonix.api.backup.v1.BackupType;
import dev.kryonix.api.backup.v1.CancelBackupRequest;
import dev.kryonix.api.backup.v1.DeleteBackupRequest;
import dev.kryonix.api.backup.v1.GetBackupRequest;
import dev.kryonix.api.backup.v1.GetMetricsRequest;
import dev.kryonix.api.backup.v1.InsightServiceGrpc;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.api.backup.v1.ListBackupsResponse;
import dev.kryonix.api.backup.v1.PlanRestoreRequest;
import dev.kryonix.api.backup.v1.ProgressState;
import dev.kryonix.api.backup.v1.Restore;
import dev.kryonix.api.backup.v1.RestorePhase;
import dev.kryonix.api.backup.v1.RestorePhaseProgress;
import dev.kryonix.api.backup.v1.RestorePlan;
import dev.kryonix.api.backup.v1.RestoreServiceGrpc;
import dev.kryonix.api.backup.v1.RestoreSpec;
import dev.kryonix.api.backup.v1.RestoreState;
import dev.kryonix.api.backup.v1.StartBackupRequest;
import dev.kryonix.api.backup.v1.StartRestoreRequest;
import dev.kryonix.api.backup.v1.Verification;
import dev.kryonix.api.backup.v1.VerificationDepth;
import dev.kryonix.api.backup.v1.VerifyBackupRequest;
import dev.kryonix.api.backup.v1.WatchBackupRequest;
import dev.kryonix.api.backup.v1.WatchBackupResponse;
import dev.kryonix.api.backup.v1.WatchRestoreRequest;
import dev.kryonix.api.backup.v1.WatchRestoreResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.tenant.v1.BackupLimits;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.testkit.ServiceProcess;
import dev.kryonix.testkit.TestTenants;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service from outside: real processes, real PostgreSQL, sources that speak the snapshot
 * contract. The process is shared, each test has a tenant of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BackupAndRestoreIT {
  private static final String APPLICATION = "dev.kryonix.backup.Application";
  private static final String ALL = "backup.read backup.run backup.restore backup.admin";

  private static final BackupLimits LIMITS =
      BackupLimits.newBuilder()
          .setWorkers(2)
          .setStorageBytes(1L << 30)
          .setFullRetention(Durations.fromDays(30))
          .build();

  private final Path folder;
  private final Map<String, String> settings = new HashMap<>();
  private final Map<String, ShelfSource> sources = new HashMap<>();
  private final List<Server> servers = new ArrayList<>();
  private final TestTenants tenants;
  private ServiceProcess service;
  private DesiredTenant acme;

  BackupAndRestoreIT(@TempDir Path folder) throws IOException, JOSEException {
    this.folder = folder;
    Path keys = folder.resolve("keys");
    GenerateKeys.main(new String[] {keys.toString(), "tenant", "messaging", "cache", "backup"});
    tenants =
        new TestTenants(
            new SecretBox(MasterKey.read(keys.resolve("master.key")), new SecureRandom()));
    settings.put("KRYONIX_KEYS_DIR", keys.toString());
    settings.put("KRYONIX_INSTANCE", "it-" + UUID.randomUUID());
    settings.put("KRYONIX_STATE_PATROL", "1s");
    for (String name : List.of("tenant", "cache", "messaging")) {
      ShelfSource source = new ShelfSource(name);
      sources.put(name, source);
      List<BindableService> services = new ArrayList<>(List.of(source));
      if (name.equals("tenant")) {
        services.addAll(tenants.services());
      }
      Server server = TestTenants.serve(services);
      servers.add(server);
      settings.put(
          "KRYONIX_" + name.toUpperCase(Locale.ROOT) + "_ADDRESS", "127.0.0.1:" + server.getPort());
    }
    service = ServiceProcess.start(APPLICATION, folder, settings);
  }

  @BeforeEach
  void createTenant() {
    acme = newTenant("acme");
  }

  @AfterEach
  void mendSources() {
    sources.values().forEach(ShelfSource::mend);
  }

  @AfterAll
  void stop() throws InterruptedException {
    service.stop();
    servers.forEach(Server::shutdownNow);
  }

  @Test
  void backupPutsEverythingBackAfterDamage() throws JOSEException {
    Map<String, List<Record>> before = contents(acme);
    Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());
    assertThat(backup.getState()).isEqualTo(BackupState.BACKUP_STATE_SUCCEEDED);
    assertThat(backup.getSourcesList())
        .extracting(source -> source.getSource() + " " + source.getRecords())
        .containsExactly("tenant 3000", "cache 3000", "messaging 3000");
    assertThat(backup.getMetrics().getBytes()).isGreaterThan(backup.getMetrics().getStoredBytes());
    damage(acme);

    Restore restore = restore(acme, spec(backup));

    assertThat(restore.getState()).isEqualTo(RestoreState.RESTORE_STATE_SUCCEEDED);
    assertThat(restore.getPhasesList())
        .extracting(RestorePhaseProgress::getState)
        .containsExactly(
            ProgressState.PROGRESS_STATE_DONE,
            ProgressState.PROGRESS_STATE_DONE,
            ProgressState.PROGRESS_STATE_DONE,
            ProgressState.PROGRESS_STATE_SKIPPED,
            ProgressState.PROGRESS_STATE_DONE,
            ProgressState.PROGRESS_STATE_DONE);
    assertThat(contents(acme)).isEqualTo(before);
    Backup safety = get(acme, restore.getSafetyBackup());
    assertThat(safety.getTrigger()).isEqualTo(BackupTrigger.BACKUP_TRIGGER_SAFETY);
    assertThat(backUp(acme, StartBackupRequest.getDefaultInstance()).getMetrics().getNewChunks())
        .as("what is in the repository already is not stored again")
        .isZero();
  }

  @Test
  void whatATenantUsesIsReported() throws JOSEException, IOException {
    backUp(acme, StartBackupRequest.getDefaultInstance());
    backUp(acme, StartBackupRequest.getDefaultInstance());

    await()
        .untilAsserted(
            () ->
                assertThat(tenants.usage(acme))
                    .isEqualTo(
                        Map.of("backup.backups", 2L, "backup.storage_bytes", repositoryBytes())));
    assertThat(repositoryBytes()).isPositive();
  }

  /** What is on the disk of acme's. */
  private long repositoryBytes() throws IOException {
    Path repository =
        folder
            .resolve("data")
            .resolve("repository")
            .resolve(TenantUid.fromBytes(acme.getUid()).toString());
    long bytes = 0;
    try (Stream<Path> files = Files.walk(repository)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  @Test
  void failedPhasePutsTheEarlierOnesBack() throws JOSEException {
    Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());
    damage(acme);
    Map<String, List<Record>> damaged = contents(acme);
    source("messaging").refuseRestores(true);

    Restore restore = restore(acme, spec(backup));

    assertThat(restore.getState()).isEqualTo(RestoreState.RESTORE_STATE_ROLLED_BACK);
    assertThat(restore.getFailure().getSource()).isEqualTo("messaging");
    assertThat(restore.getFailure().getMessage()).contains("refused by the test");
    assertThat(restore.getPhasesList())
        .filteredOn(RestorePhaseProgress::getRolledBack)
        .extracting(RestorePhaseProgress::getPhase)
        .containsExactly(
            RestorePhase.RESTORE_PHASE_DATABASE,
            RestorePhase.RESTORE_PHASE_CACHE,
            RestorePhase.RESTORE_PHASE_MESSAGING);
    assertThat(contents(acme)).isEqualTo(damaged);
  }

  @Test
  void chosenSourcesAndModulesAreRestoredAndTheRestLeftAlone() throws JOSEException {
    Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());
    Map<String, List<Record>> whole = contents(acme);
    damage(acme);

    restore(acme, spec(backup).toBuilder().addSources("cache").addModules("crm").build());

    assertThat(source("messaging").get(acme.getUid())).hasSize(1);
    List<Record> cache = source("cache").get(acme.getUid());
    assertThat(cache).filteredOn(record -> record.getModule().equals("whatsapp")).hasSize(1);
    assertThat(cache)
        .filteredOn(record -> record.getModule().equals("crm"))
        .isEqualTo(
            whole.getOrDefault("cache", List.of()).stream()
                .filter(record -> record.getModule().equals("crm"))
                .toList());
  }

  @Test
  void planSaysWhatWouldBePutBack() throws JOSEException {
    Backup backup = backUp(acme, StartBackupRequest.newBuilder().addSources("cache").build());

    RestorePlan plan =
        restores(acme)
            .planRestore(PlanRestoreRequest.newBuilder().setSpec(spec(backup)).build())
            .getPlan();

    assertThat(plan.getPhases(2).getSource()).isEqualTo("cache");
    assertThat(plan.getPhases(2).getCountsMap()).isEqualTo(Map.of("rows", 3000L));
    assertThat(plan.getReachedList()).hasSize(1);
  }

  @Test
  void sameRequestIdAnswersWithTheFirstBackup() throws JOSEException {
    StartBackupRequest request =
        StartBackupRequest.newBuilder().setRequestId("r1").putLabels("a", "1").build();
    Backup first = backups(acme).startBackup(request).getBackup();

    Backup again = backups(acme).startBackup(request).getBackup();

    assertThat(again.getBackup()).isEqualTo(first.getBackup());
    assertRefused(
        () -> backups(acme).startBackup(request.toBuilder().setPinned(true).build()),
        Code.ABORTED,
        "REQUEST_ID_REUSED");
  }

  @Test
  void anotherTenantSeesNeitherBackupNorRestore() throws JOSEException {
    Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());
    Restore restore = restore(acme, spec(backup));
    DesiredTenant globex = newTenant("globex");

    assertRefused(() -> get(globex, backup.getBackup()), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
    assertRefused(
        () ->
            backups(globex)
                .deleteBackup(
                    DeleteBackupRequest.newBuilder().setBackup(backup.getBackup()).build()),
        Code.NOT_FOUND,
        "RESOURCE_NOT_FOUND");
    assertRefused(
        () ->
            restores(globex)
                .startRestore(StartRestoreRequest.newBuilder().setSpec(spec(backup)).build()),
        Code.NOT_FOUND,
        "RESOURCE_NOT_FOUND");
    assertRefused(
        () -> watchRestore(globex, restore.getRestore()), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
    assertThat(
            backups(globex).listBackups(ListBackupsRequest.getDefaultInstance()).getBackupsList())
        .isEmpty();
  }

  @Test
  void badRequestsNameTheFieldAndMissingScopesAreRefused() throws JOSEException {
    assertRefused(
        () -> backups(acme).startBackup(StartBackupRequest.newBuilder().addSources("disk").build()),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD");
    assertRefused(() -> get(acme, "not-a-uuid"), Code.INVALID_ARGUMENT, "INVALID_FIELD");
    assertRefused(
        () ->
            backups(acme)
                .startBackup(
                    StartBackupRequest.newBuilder()
                        .setType(BackupType.BACKUP_TYPE_INCREMENTAL)
                        .build()),
        Code.UNIMPLEMENTED,
        "NOT_IMPLEMENTED");
    assertRefused(
        () ->
            InsightServiceGrpc.newBlockingStub(service.channel())
                .withCallCredentials(tenants.caller(acme, ALL))
                .getMetrics(GetMetricsRequest.getDefaultInstance()),
        Code.UNIMPLEMENTED,
        "NOT_IMPLEMENTED");
    assertRefused(
        () ->
            BackupServiceGrpc.newBlockingStub(service.channel())
                .withCallCredentials(tenants.caller(acme, "backup.read"))
                .startBackup(StartBackupRequest.getDefaultInstance()),
        Code.PERMISSION_DENIED,
        "SCOPE_MISSING");
    assertRefused(
        () ->
            BackupServiceGrpc.newBlockingStub(service.channel())
                .startBackup(StartBackupRequest.getDefaultInstance()),
        Code.UNAUTHENTICATED,
        "TOKEN_MISSING");
  }

  @Test
  void listIsPagedNewestFirst() throws JOSEException {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      taken.addFirst(
          backUp(acme, StartBackupRequest.newBuilder().addSources("cache").build()).getBackup());
    }
    ListBackupsRequest request = ListBackupsRequest.newBuilder().setPageSize(2).build();

    ListBackupsResponse first = backups(acme).listBackups(request);
    ListBackupsResponse second =
        backups(acme)
            .listBackups(request.toBuilder().setPageToken(first.getNextPageToken()).build());

    assertThat(
            Stream.concat(first.getBackupsList().stream(), second.getBackupsList().stream())
                .map(Backup::getBackup))
        .isEqualTo(taken);
    assertThat(second.getNextPageToken()).isEmpty();
    assertRefused(
        () ->
            backups(acme)
                .listBackups(
                    request.toBuilder()
                        .setState(BackupState.BACKUP_STATE_FAILED)
                        .setPageToken(first.getNextPageToken())
                        .build()),
        Code.INVALID_ARGUMENT,
        "PAGE_TOKEN_INVALID");
  }

  @Test
  void cancelledBackupEndsAsCancelled() throws JOSEException {
    CountDownLatch latch = new CountDownLatch(1);
    source("cache").holdExports(latch);
    Backup started = backups(acme).startBackup(StartBackupRequest.getDefaultInstance()).getBackup();
    await().until(() -> get(acme, started.getBackup()).getSources(1).getStateValue() == 2);

    backups(acme)
        .cancelBackup(CancelBackupRequest.newBuilder().setBackup(started.getBackup()).build());

    assertThat(watch(acme, started.getBackup()).getState())
        .isEqualTo(BackupState.BACKUP_STATE_CANCELLED);
    latch.countDown();
  }

  @Test
  void unreachableSourceFailsTheBackupWithItsName()
      throws JOSEException, IOException, InterruptedException {
    service.stop();
    Map<String, String> cutOff = new HashMap<>(settings);
    cutOff.put("KRYONIX_MESSAGING_ADDRESS", "127.0.0.1:1");
    try {
      service = ServiceProcess.start(APPLICATION, folder, cutOff);
      awaitTenant();

      Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());

      assertThat(backup.getState()).isEqualTo(BackupState.BACKUP_STATE_FAILED);
      assertThat(backup.getFailure().getSource()).isEqualTo("messaging");
      assertThat(backup.getFailure().getReason()).isEqualTo("UPSTREAM_UNAVAILABLE");
      assertRefused(
          () ->
              restores(acme)
                  .startRestore(StartRestoreRequest.newBuilder().setSpec(spec(backup)).build()),
          Code.FAILED_PRECONDITION,
          "BACKUP_INCOMPLETE");
    } finally {
      service.stop();
      service = ServiceProcess.start(APPLICATION, folder, settings);
    }
  }

  @Test
  void damagedRepositoryIsFoundByVerificationAndNeverRestored() throws JOSEException, IOException {
    Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());
    assertThat(verify(backup).getState()).isEqualTo(ProgressState.PROGRESS_STATE_DONE);
    damage(acme);
    Map<String, List<Record>> damaged = contents(acme);
    Path pack = files("packs").getFirst();
    byte[] bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 2] ^= 1;
    Files.write(pack, bytes);

    Verification verification = verify(backup);
    Restore restore = restore(acme, spec(backup));

    assertThat(verification.getState()).isEqualTo(ProgressState.PROGRESS_STATE_FAILED);
    assertThat(verification.getFindings(0).getReason()).isEqualTo("BACKUP_CORRUPT");
    assertThat(restore.getState()).isEqualTo(RestoreState.RESTORE_STATE_ROLLED_BACK);
    assertThat(restore.getFailure().getReason()).isEqualTo("BACKUP_CORRUPT");
    assertThat(contents(acme)).isEqualTo(damaged);
    Path manifest = files("manifests").getFirst();
    Files.write(manifest, new byte[100]);
    assertRefused(
        () ->
            restores(acme)
                .planRestore(PlanRestoreRequest.newBuilder().setSpec(spec(backup)).build()),
        Code.DATA_LOSS,
        "BACKUP_CORRUPT");
  }

  @Test
  void deletedBackupIsGone() throws JOSEException {
    Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());
    DeleteBackupRequest request =
        DeleteBackupRequest.newBuilder().setBackup(backup.getBackup()).build();

    backups(acme).deleteBackup(request);

    assertRefused(() -> get(acme, backup.getBackup()), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
    assertRefused(() -> backups(acme).deleteBackup(request), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
  }

  @Test
  void killedServiceFailsItsBackupsAtTheNextStart()
      throws JOSEException, IOException, InterruptedException {
    Backup finished = backUp(acme, StartBackupRequest.getDefaultInstance());
    source("cache").holdExports(new CountDownLatch(1));
    Backup running = backups(acme).startBackup(StartBackupRequest.getDefaultInstance()).getBackup();
    await().until(() -> get(acme, running.getBackup()).getSources(1).getStateValue() == 2);

    restartAfterKill();

    Backup failed = watch(acme, running.getBackup());
    assertThat(failed.getState()).isEqualTo(BackupState.BACKUP_STATE_FAILED);
    assertThat(failed.getFailure().getReason()).isEqualTo("NOT_SERVING");
    assertThat(verify(finished).getState()).isEqualTo(ProgressState.PROGRESS_STATE_DONE);
    assertThat(backUp(acme, StartBackupRequest.getDefaultInstance()).getState())
        .isEqualTo(BackupState.BACKUP_STATE_SUCCEEDED);
  }

  @Test
  void killedServiceTakesItsRestoresBackAtTheNextStart()
      throws JOSEException, IOException, InterruptedException {
    Backup backup = backUp(acme, StartBackupRequest.getDefaultInstance());
    damage(acme);
    Map<String, List<Record>> damaged = contents(acme);
    source("messaging").holdImports(new CountDownLatch(1));
    Restore restore =
        restores(acme)
            .startRestore(StartRestoreRequest.newBuilder().setSpec(spec(backup)).build())
            .getRestore();
    await().until(() -> source("cache").get(acme.getUid()).size() == 3000);

    restartAfterKill();

    Restore ended = watchRestore(acme, restore.getRestore());
    assertThat(ended.getState()).isEqualTo(RestoreState.RESTORE_STATE_ROLLED_BACK);
    assertThat(contents(acme)).isEqualTo(damaged);
    assertThat(restore(acme, spec(backup)).getState())
        .isEqualTo(RestoreState.RESTORE_STATE_SUCCEEDED);
  }

  @Test
  void removedTenantLeavesNothing() throws JOSEException, IOException {
    backUp(acme, StartBackupRequest.getDefaultInstance());
    assertThat(repository()).exists();

    tenants.remove(acme);

    assertThat(repository()).doesNotExist();
  }

  private DesiredTenant newTenant(String name) {
    DesiredTenant tenant =
        tenants.create(
            name + "_" + UUID.randomUUID().toString().substring(0, 8),
            created ->
                created
                    .addAllModules(List.of("crm", "whatsapp"))
                    .setLimits(Limits.newBuilder().setBackup(LIMITS)));
    for (ShelfSource source : sources.values()) {
      List<Record> records = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        records.add(record(i, "value " + i + " of " + name));
      }
      source.put(tenant.getUid(), records);
    }
    return tenant;
  }

  private void restartAfterKill() throws IOException, InterruptedException {
    service.kill();
    mendSources();
    service = ServiceProcess.start(APPLICATION, folder, settings);
    awaitTenant();
  }

  /** A service that has just started knows the tenant a little later. */
  private void awaitTenant() {
    await()
        .ignoreExceptions()
        .until(
            () ->
                backups(acme).listBackups(ListBackupsRequest.getDefaultInstance()).isInitialized());
  }

  private static Record record(int number, String value) {
    return Record.newBuilder()
        .setCollection("rows")
        .setKey(ByteString.copyFromUtf8(String.format("%08d", number)))
        .setValue(ByteString.copyFromUtf8(value.repeat(20)))
        .setModule(number % 2 == 0 ? "crm" : "whatsapp")
        .build();
  }

  /** Leaves one row in each source, of the module whatsapp, that no backup knows. */
  private void damage(DesiredTenant tenant) {
    sources.values().forEach(source -> source.put(tenant.getUid(), List.of(record(7, "damaged"))));
  }

  private Map<String, List<Record>> contents(DesiredTenant tenant) {
    Map<String, List<Record>> contents = new HashMap<>();
    sources.forEach((name, source) -> contents.put(name, source.get(tenant.getUid())));
    return contents;
  }

  private ShelfSource source(String name) {
    ShelfSource source = sources.get(name);
    if (source == null) {
      throw new IllegalArgumentException(name);
    }
    return source;
  }

  private Backup backUp(DesiredTenant tenant, StartBackupRequest request) throws JOSEException {
    Backup started = backups(tenant).startBackup(request).getBackup();
    return watch(tenant, started.getBackup());
  }

  private Backup watch(DesiredTenant tenant, String backup) throws JOSEException {
    Iterator<WatchBackupResponse> messages =
        backups(tenant).watchBackup(WatchBackupRequest.newBuilder().setBackup(backup).build());
    Backup last = Backup.getDefaultInstance();
    while (messages.hasNext()) {
      last = messages.next().getBackup();
    }
    return last;
  }

  private Verification verify(Backup backup) throws JOSEException {
    backups(acme)
        .verifyBackup(
            VerifyBackupRequest.newBuilder()
                .setBackup(backup.getBackup())
                .setDepth(VerificationDepth.VERIFICATION_DEPTH_FULL)
                .build());
    return watch(acme, backup.getBackup()).getLastVerification();
  }

  private Restore restore(DesiredTenant tenant, RestoreSpec spec) throws JOSEException {
    Restore started =
        restores(tenant)
            .startRestore(StartRestoreRequest.newBuilder().setSpec(spec).build())
            .getRestore();
    return watchRestore(tenant, started.getRestore());
  }

  private Restore watchRestore(DesiredTenant tenant, String restore) throws JOSEException {
    Iterator<WatchRestoreResponse> messages =
        restores(tenant).watchRestore(WatchRestoreRequest.newBuilder().setRestore(restore).build());
    Restore last = Restore.getDefaultInstance();
    while (messages.hasNext()) {
      last = messages.next().getRestore();
    }
    return last;
  }

  private Backup get(DesiredTenant tenant, String backup) throws JOSEException {
    return backups(tenant)
        .getBackup(GetBackupRequest.newBuilder().setBackup(backup).build())
        .getBackup();
  }

  private BackupServiceGrpc.BackupServiceBlockingStub backups(DesiredTenant tenant)
      throws JOSEException {
    return BackupServiceGrpc.newBlockingStub(service.channel())
        .withCallCredentials(tenants.caller(tenant, ALL));
  }

  private RestoreServiceGrpc.RestoreServiceBlockingStub restores(DesiredTenant tenant)
      throws JOSEException {
    return RestoreServiceGrpc.newBlockingStub(service.channel())
        .withCallCredentials(tenants.caller(tenant, ALL));
  }

  private static RestoreSpec spec(Backup backup) {
    return RestoreSpec.newBuilder().setBackup(backup.getBackup()).build();
  }

  private Path repository() {
    return folder
        .resolve("data")
        .resolve("repository")
        .resolve(TenantUid.fromBytes(acme.getUid()).toString());
  }

  private List<Path> files(String kind) throws IOException {
    try (Stream<Path> files = Files.walk(repository().resolve(kind))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** A call that is to be refused. */
  @FunctionalInterface
  private interface Call {
    Object run() throws JOSEException;
  }

  private static void assertRefused(Call call, Code code, String reason) {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(refusal).isNotNull();
    assertThat(refusal.getStatus().getCode()).isEqualTo(code);
    com.google.rpc.Status status =
        Objects.requireNonNull(StatusProto.fromThrowable(refusal), "no details");
    try {
      assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo(reason);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
