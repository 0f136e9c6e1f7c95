package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a database shall be. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "has(self.bootstrap) == has(oldSelf.bootstrap) && (!has(self.bootstrap) || self.bootstrap =="
            + " oldSelf.bootstrap)",
    message =
        "bootstrap is about the beginning of a database and cannot be added, changed or removed:"
            + " create another database")
public record DatabaseSpec(
    @Nullable
        @Size(min = 1, max = 512)
        @JsonPropertyDescription(
            "Image of the engine pod; the one that the operator was installed with if absent.")
        String image,
    @Default("{}") @JsonPropertyDescription("The volume that holds the tenants and the commit log.")
        Storage storage,
    @Default(
            "{\"requests\": {\"cpu\": \"100m\", \"memory\": \"256Mi\"}, \"limits\": {\"memory\":"
                + " \"512Mi\"}}")
        @JsonPropertyDescription("Compute resources of the engine container.")
        Resources resources,
    @Default("{}") @JsonPropertyDescription("Which tenants there may be.") Tenants tenants,
    @Default("Strict")
        @JsonPropertyDescription(
            "Strict: a write is answered once it is on disk. Relaxed: at once, and it is on disk"
                + " within 10 ms; a crash of the node may lose what was answered in between. A"
                + " request may ask for strict in a Relaxed database.")
        Durability durability,
    @Default("{}") @JsonPropertyDescription("What is kept of row changes.") ChangeCapture cdc,
    @Nullable
        @JsonPropertyDescription(
            "Where commits and backups go, when backups are taken and how long all is kept. Absent:"
                + " none are stored.")
        BackupPolicy backup,
    @Nullable
        @JsonPropertyDescription(
            "What a new database begins with. It is not Ready before. Absent: it begins empty.")
        Bootstrap bootstrap,
    @Default("{}")
        @JsonPropertyDescription("Who may use the database, beside whoever has <database>-app.")
        Auth auth,
    @Nullable @JsonPropertyDescription("TLS on the data port. Absent: none.") Tls tls,
    @Default("{}") @JsonPropertyDescription("How often one may ask.") RequestLimits limits,
    @Size(max = 50)
        @JsonPropertyDescription(
            "Web pages that may ask from a browser: origins such as https://app.example.com, or '*'."
                + " None if absent.")
        List<@Pattern("^([*]|https?://[a-zA-Z0-9.-]+(:[0-9]{1,5})?)$") @Size(max = 253) String>
            corsOrigins) {

  public DatabaseSpec(
      @Nullable String image,
      @Nullable Storage storage,
      @Nullable Resources resources,
      @Nullable Tenants tenants,
      @Nullable Durability durability,
      @Nullable ChangeCapture cdc,
      @Nullable BackupPolicy backup,
      @Nullable Bootstrap bootstrap,
      @Nullable Auth auth,
      @Nullable Tls tls,
      @Nullable RequestLimits limits,
      @Nullable List<String> corsOrigins) {
    this.image = image;
    this.storage = storage == null ? new Storage(null, null, null) : storage;
    this.resources = resources == null ? new Resources(null, null) : resources;
    this.tenants = tenants == null ? Tenants.of(null, null) : tenants;
    this.durability = durability == null ? Durability.Strict : durability;
    this.cdc = cdc == null ? new ChangeCapture(null) : cdc;
    this.backup = backup;
    this.bootstrap = bootstrap;
    this.auth = auth == null ? Auth.NONE : auth;
    this.tls = tls;
    this.limits = limits == null ? RequestLimits.NONE : limits;
    this.corsOrigins = corsOrigins == null ? List.of() : List.copyOf(corsOrigins);
  }
}
