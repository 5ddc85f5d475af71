using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Api;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Dormancy;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Me;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Tokens;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Data;

/// <summary>The database of one tenant. A derived context per provider owns that provider's migrations.</summary>
public abstract class UserAdminDbContext(DbContextOptions options) : IdentityUserContext<User, Guid>(options)
{
    // IdentityUserContext asks the application's services for the schema version and falls back to the first, which has
    // no passkeys. Contexts made without a container (design time, tests) get the same answer.
    private static readonly IServiceProvider StoreOptionsOnly =
        new ServiceCollection().Configure<IdentityOptions>(ConfigureIdentityStores).BuildServiceProvider();

    private readonly List<Action> afterwards = [];

    public DbSet<Role> Roles => Set<Role>();
    public DbSet<RolePermission> RolePermissions => Set<RolePermission>();
    public DbSet<RoleAssignment> RoleAssignments => Set<RoleAssignment>();
    public DbSet<Organization> Organizations => Set<Organization>();
    public DbSet<OrganizationPath> OrganizationPaths => Set<OrganizationPath>();
    public DbSet<Membership> Memberships => Set<Membership>();
    public DbSet<Team> Teams => Set<Team>();
    public DbSet<TeamMember> TeamMembers => Set<TeamMember>();
    public DbSet<AccessRequest> AccessRequests => Set<AccessRequest>();
    public DbSet<AccessReview> AccessReviews => Set<AccessReview>();
    public DbSet<AccessReviewItem> AccessReviewItems => Set<AccessReviewItem>();
    public DbSet<CustomField> CustomFields => Set<CustomField>();
    public DbSet<CustomValue> CustomValues => Set<CustomValue>();
    public DbSet<BrandLogo> BrandLogos => Set<BrandLogo>();
    public DbSet<TenantRecord> Tenants => Set<TenantRecord>();
    public DbSet<TenantDomain> TenantDomains => Set<TenantDomain>();
    public DbSet<ChangeStamp> ChangeStamps => Set<ChangeStamp>();
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();
    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();
    public DbSet<AuditKey> AuditKeys => Set<AuditKey>();
    public DbSet<AuditHead> AuditHeads => Set<AuditHead>();
    public DbSet<AuditCheckpoint> AuditCheckpoints => Set<AuditCheckpoint>();
    public DbSet<AuditFact> AuditFacts => Set<AuditFact>();
    public DbSet<AuditCount> AuditCounts => Set<AuditCount>();
    public DbSet<AuditForwarder> AuditForwarders => Set<AuditForwarder>();
    public DbSet<AuditForwarderPosition> AuditForwarderPositions => Set<AuditForwarderPosition>();
    public DbSet<JobRun> JobRuns => Set<JobRun>();
    public DbSet<JobSchedule> JobSchedules => Set<JobSchedule>();
    public DbSet<DormantUser> DormantUsers => Set<DormantUser>();
    public DbSet<DormancyExemption> DormancyExemptions => Set<DormancyExemption>();
    public DbSet<Export> Exports => Set<Export>();
    public DbSet<ExportChunk> ExportChunks => Set<ExportChunk>();
    public DbSet<Report> Reports => Set<Report>();
    public DbSet<ReportSchedule> ReportSchedules => Set<ReportSchedule>();
    public DbSet<ReportRun> ReportRuns => Set<ReportRun>();
    public DbSet<DailyFigure> DailyFigures => Set<DailyFigure>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<TokenSigningKey> TokenSigningKeys => Set<TokenSigningKey>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();
    public DbSet<IdempotentRequest> IdempotentRequests => Set<IdempotentRequest>();
    public DbSet<RequestCount> RequestCounts => Set<RequestCount>();
    public DbSet<SignInThrottle> SignInThrottles => Set<SignInThrottle>();
    public DbSet<OneTimeToken> OneTimeTokens => Set<OneTimeToken>();
    public DbSet<PendingSignIn> PendingSignIns => Set<PendingSignIn>();
    public DbSet<FormerPassword> FormerPasswords => Set<FormerPassword>();
    public DbSet<Authenticator> Authenticators => Set<Authenticator>();
    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();
    public DbSet<AccessPass> AccessPasses => Set<AccessPass>();
    public DbSet<FactorReset> FactorResets => Set<FactorReset>();
    public DbSet<Device> Devices => Set<Device>();
    public DbSet<Preference> Preferences => Set<Preference>();
    public DbSet<Profile> Profiles => Set<Profile>();
    public DbSet<Avatar> Avatars => Set<Avatar>();
    public DbSet<Invitation> Invitations => Set<Invitation>();
    public DbSet<TermsVersion> TermsVersions => Set<TermsVersion>();
    public DbSet<TermsAcceptance> TermsAcceptances => Set<TermsAcceptance>();
    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();
    public DbSet<MailTemplate> MailTemplates => Set<MailTemplate>();
    public DbSet<StoredPolicy> Policies => Set<StoredPolicy>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public static void ConfigureIdentityStores(IdentityOptions options) => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;

    /// <summary>
    /// Runs the work in one transaction and keeps it when the work succeeded. SQLite has one writer at a time, so writers of this
    /// process queue here instead of waiting for the file's lock; the transaction takes that lock at its start (BEGIN IMMEDIATE).
    /// Within such work it joins the transaction that is there: several services change something together or not at all.
    /// </summary>
    public async Task<Result> WriteAsync(Func<Task<Result>> work, CancellationToken cancel)
    {
        if (Database.CurrentTransaction is not null)
            return await work();
        using var turn = await WriterQueue.EnterAsync(this, cancel);
        await using var transaction = await Database.BeginTransactionAsync(cancel);
        afterwards.Clear();
        var result = await work();
        if (result.Succeeded)
        {
            await transaction.CommitAsync(cancel);
            Announce();
            afterwards.ForEach(act => act());
        }
        return result;
    }

    /// <summary>Does what others are to hear of once it is kept: after the transaction, or at once where there is none.</summary>
    internal void Afterwards(Action act)
    {
        if (Database.CurrentTransaction is null)
            act();
        else
            afterwards.Add(act);
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (Database.CurrentTransaction is not null)
            return await SaveAsync(acceptAllChangesOnSuccess, cancellationToken);

        using var turn = await WriterQueue.EnterAsync(this, cancellationToken);
        var saved = await SaveAsync(acceptAllChangesOnSuccess, cancellationToken);
        Announce();
        return saved;
    }

    private async Task<int> SaveAsync(bool acceptAllChangesOnSuccess, CancellationToken cancel)
    {
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancel);
        }
        catch (DbUpdateException failure) when (DatabaseOutage.IsOfAudit(failure))
        {
            throw new AuditNotWrittenException(failure);
        }
    }

    private void Announce()
    {
        if (ChangeTracker.Entries<OutboxMessage>().Any())
            this.GetService<OutboxSignal>().Ring();
    }

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder)
    {
        if (optionsBuilder.Options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider is null)
            optionsBuilder.UseApplicationServiceProvider(StoreOptionsOnly);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(UserAdminDbContext).Assembly);

        builder.Entity<IdentityUserClaim<Guid>>().ToTable("user_claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("user_logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("user_tokens");
        builder.Entity<IdentityUserPasskey<Guid>>().ToTable("user_passkeys");
        builder.Entity<DataProtectionKey>().ToTable("data_protection_keys");

        foreach (var entity in builder.Model.GetEntityTypes().Where(entity => !entity.IsMappedToJson()))
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.Name));
                if (property.Name is nameof(User.NormalizedUserName) or nameof(User.NormalizedEmail) or nameof(User.SortName))
                    CompareByCodePoint(property);
            }
    }

    /// <summary>Normalised text is compared by code point on every database, so that cursors and prefixes mean the same everywhere.</summary>
    protected virtual void CompareByCodePoint(IMutableProperty column) { }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) && !char.IsUpper(name[i - 1]) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
