using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Api;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Proof;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Audit.Forwarding;
using UserAdmin.Core.Backups;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Dormancy;
using UserAdmin.Core.Exports;
using UserAdmin.Core.ExternalSignIn;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Impersonation;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Me;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Reports.Builder;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Seeding;
using UserAdmin.Core.ServiceAccounts;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Tokens;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Core;

public static class CoreServices
{
    /// <summary>The sections under <c>UserAdmin</c> in the configuration and the classes that say what they may hold; <c>*</c> stands for a name that the installation chooses.</summary>
    public static IReadOnlyList<(string Section, Type Settings)> SettingSections { get; } =
    [
        ("Database", typeof(DatabaseSettings)),
        ("Keys", typeof(KeySettings)),
        ("SignIn", typeof(SignInSettings)),
        ("Passwords", typeof(PasswordSettings)), ("Users", typeof(UserSettings)),
        ("ExternalSignIn:Providers:*", typeof(ExternalProvider)), ("Turnstile", typeof(TurnstileSettings)),
        ("Mail", typeof(MailSettings)), ("Sms", typeof(SmsSettings)), ("Tenants", typeof(TenantSettings)), ("Features", typeof(FeatureSettings)), ("Exports", typeof(ExportSettings)),
        ("Audit", typeof(AuditSettings)), ("Forwarding", typeof(ForwardingSettings)),
        ("Jobs", typeof(JobSettings)), ("Backups", typeof(BackupSettings)),
        .. Policies.Types.Select(type => ($"Policies:{type.Name}", type)),
    ];

    public static IServiceCollection AddUserAdminCore(this IServiceCollection services)
    {
        services.AddSettings<DatabaseSettings>("Database");
        services.AddSettings<KeySettings>("Keys");
        services.AddSettings<SignInSettings>("SignIn");
        services.AddSettings<PasswordSettings>("Passwords");
        services.AddSettings<UserSettings>("Users");
        services.AddSettings<MailSettings>("Mail");
        services.AddSettings<ExternalSignInSettings>("ExternalSignIn");
        services.AddSettings<TurnstileSettings>("Turnstile");
        services.AddSettings<SmsSettings>("Sms");
        services.AddSettings<TenantSettings>("Tenants");
        services.AddSettings<FeatureSettings>("Features");
        services.AddSettings<ExportSettings>("Exports");
        services.AddSettings<AuditSettings>("Audit");
        services.AddSettings<ForwardingSettings>("Forwarding");
        services.AddSettings<JobSettings>("Jobs");
        services.AddSettings<BackupSettings>("Backups");

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<TenantConnections>();
        services.AddSingleton<TenantDirectory>();
        services.AddSingleton<TenantProvisioning>();
        services.AddScoped<TenantService>();
        services.AddScoped<TenantDomains>();
        services.AddScoped<TenantLifecycle>();
        services.AddScoped<TenantList>();
        services.AddSingleton<AuditWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditWatch>());
        services.AddHostedService<TenantUpkeep>();
        services.AddScoped<CurrentTenant>();
        services.AddSingleton<TenantDatabases>();
        services.AddScoped(provider => provider.GetRequiredService<TenantDatabases>().Open(provider.GetRequiredService<CurrentTenant>().Tenant));
        services.AddSingleton<DatabaseMigrator>();
        services.AddDataProtection().SetApplicationName("UserAdmin");
        services.AddSingleton<MasterKey>();
        services.AddSingleton<DatabaseKeyRing>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => provider.GetRequiredService<DatabaseKeyRing>());

        services.Configure<IdentityOptions>(UserAdminDbContext.ConfigureIdentityStores);
        services.AddSingleton<ILookupNormalizer, NameNormalizer>();
        services.AddSingleton<PasswordHashing>();

        services.AddSingleton<RequestLimits>();
        services.AddHostedService(provider => provider.GetRequiredService<RequestLimits>());
        services.AddScoped<Idempotency>();
        services.AddScoped<SigningKeys>();
        services.AddScoped<AccessTokens>();
        services.AddScoped<TokenService>();
        services.AddScoped<KeptTokens>();
        services.AddScoped<ServiceAccountService>();
        services.AddScoped<UserDirectory>();
        services.AddScoped<UserService>();
        services.AddScoped<UserLifecycle>();
        services.AddScoped<WholeUser>();
        services.AddSingleton<AccessCatalogue>();
        services.AddScoped<AccessEvaluator>();
        services.AddScoped<RoleGrants>();
        services.AddScoped<Owners>();
        services.AddScoped<RoleDirectory>();
        services.AddScoped<RoleService>();
        services.AddScoped<RolePermissions>();
        services.AddScoped<RoleAssignmentService>();
        services.AddScoped<AccessReport>();
        services.AddScoped<PermissionHolders>();
        services.AddScoped<SecurityActs>();
        services.AddScoped<ActingService>();
        services.AddScoped<TreeChanges>();
        services.AddScoped<OrganizationService>();
        services.AddScoped<OrganizationLifecycle>();
        services.AddScoped<OrganizationDirectory>();
        services.AddScoped<MembershipService>();
        services.AddScoped<MemberRoles>();
        services.AddScoped<MemberDirectory>();
        services.AddScoped<TeamDirectory>();
        services.AddScoped<TeamService>();
        services.AddScoped<UserSecurity>();
        services.AddScoped<PreferenceService>();
        services.AddScoped<DisplayService>();
        services.AddScoped<ProfileService>();
        services.AddScoped<AvatarService>();
        services.AddScoped<ActivityExport>();
        services.AddScoped<PersonFigures>();
        services.AddScoped<EmailChange>();
        services.AddScoped<EmailChangeConfirmation>();
        services.AddScoped<PhoneConfirmation>();
        services.AddSingleton<KeptFigures>();

        services.AddScoped<SignInService>();
        services.AddScoped<SignInGuard>();
        services.AddScoped<Entrance>();
        services.AddScoped<SessionOpening>();
        services.AddScoped<SecondStep>();
        services.AddScoped<SentCodes>();
        services.AddScoped<OneTimeTokens>();
        services.AddScoped<Allowance>();
        services.AddScoped<Passwords>();
        services.AddScoped<PasswordService>();
        services.AddScoped<ForgottenPassword>();
        services.AddScoped<PasswordReset>();
        services.AddScoped<PasswordAdministration>();
        services.AddScoped<AccountReport>();
        services.AddScoped<RegistrationService>();
        services.AddScoped<EmailConfirmation>();
        services.AddScoped<ActivationService>();
        services.AddScoped<ActivationMail>();
        services.AddScoped<FirstAdministrator>();
        services.AddSingleton<SetupToken>();

        services.AddHttpClient(OpenIdProviders.HttpName, client => (client.Timeout, client.MaxResponseContentBufferSize) = (TimeSpan.FromSeconds(10), 256 * 1024))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddHttpClient(HumanCheck.HttpName, client => (client.Timeout, client.MaxResponseContentBufferSize) = (TimeSpan.FromSeconds(5), 16 * 1024))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddSingleton<HumanCheck>();
        services.AddSingleton<OpenIdProviders>();
        services.AddScoped<OpenIdClient>();
        services.AddSingleton<SpentStates>();
        services.AddScoped<InvitationService>();
        services.AddScoped<InvitationRights>();
        services.AddScoped<InvitationAcceptance>();
        services.AddScoped<InvitationChoices>();
        services.AddScoped<InvitationDirectory>();
        services.AddScoped<TermsService>();
        services.AddScoped<ExternalRequests>();
        services.AddScoped<ExternalLogins>();
        services.AddScoped<ExternalRegistration>();
        services.AddScoped<ExternalSignInService>();

        services.AddScoped<SessionService>();
        services.AddScoped<SessionOverview>();
        services.AddScoped<SessionFigures>();
        services.AddScoped<Devices>();
        services.AddScoped<DeviceService>();
        services.AddHostedService<SessionSweep>();
        services.AddScoped<Leftovers>();
        services.AddScoped<UnconfirmedRegistrations>();
        services.AddScoped<TenantRemoval>();
        services.AddScoped<RequestableRoles>();
        services.AddScoped<Deciders>();
        services.AddScoped<AccessRequestMail>();
        services.AddScoped<AccessRequestService>();
        services.AddScoped<AccessRequestDirectory>();
        services.AddScoped<AccessRequestReminders>();
        services.AddScoped<ReviewRights>();
        services.AddScoped<AccessReviewService>();
        services.AddScoped<ReviewDecisions>();
        services.AddScoped<AccessReviewDirectory>();
        services.AddScoped<AccessReviewReminders>();
        services.AddScoped<AccessReminders>();
        services.AddScoped<SignInRisk>();
        services.AddSingleton<SessionDirectory>();

        services.AddScoped<SecondFactors>();
        services.AddScoped<RememberedDevices>();
        services.AddScoped<FactorChanges>();
        services.AddScoped<AuthenticatorService>();
        services.AddScoped<RecoveryCodes>();
        services.AddScoped<PasskeyService>();
        services.AddScoped<MySecurity>();
        services.AddScoped<IdentityConfirmation>();

        services.AddScoped<AccessPassService>();
        services.AddScoped<FactorResetService>();
        services.AddScoped<FactorEnforcement>();
        services.AddScoped<CoverageDirectory>();
        services.AddScoped<TwoFactorMail>();

        services.AddScoped<Outbox>();
        services.AddScoped<MailTemplates>();
        services.AddScoped<Notices>();
        services.AddScoped<OutboxService>();
        services.AddScoped<OutboxUpkeep>();
        services.AddScoped<TemplateService>();
        services.AddScoped<MessageSink>();
        services.AddScoped<IMessageSender, MailSender>();
        services.AddScoped<IMessageSender, SmsSender>();
        services.AddHttpClient(SmsSender.ClientName).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<OutboxDelivery>();
        services.AddHostedService<OutboxDispatcher>();
        services.AddScoped<LinkMail>();
        services.AddScoped<Policies>();
        services.AddScoped<FeatureSwitches>();
        services.AddScoped<CustomFieldService>();
        services.AddScoped<CustomValues>();
        services.AddScoped<BrandService>();
        services.TryAddSingleton(new PortalAddress(() => "http://localhost"));
        services.AddScoped<PublicAddress>();

        services.AddSingleton<ExportSignal>();
        services.AddSingleton<ExportTurns>();
        services.AddSingleton<ExportRunner>();
        services.AddHostedService<ExportWorker>();
        services.AddScoped<ExportService>();
        services.AddScoped<ExportFiles>();
        services.AddScoped<IExportList, UserExport>();
        services.AddScoped<IExportList, DeletedUserExport>();
        services.AddScoped<IExportList, SessionExport>();
        services.AddScoped<IExportList, OwnSessionExport>();
        services.AddScoped<IExportList, DeviceExport>();
        services.AddScoped<IExportList, OwnDeviceExport>();
        services.AddScoped<IExportList, DormancyExport>();
        services.AddScoped<IExportList, RoleExport>();
        services.AddScoped<IExportList, RoleMemberExport>();
        services.AddScoped<IExportList, WhoCanExport>();
        services.AddScoped<IExportList, RolePermissionExport>();
        services.AddScoped<IExportList, OrganizationExport>();
        services.AddScoped<IExportList, OrganizationMemberExport>();
        services.AddScoped<IExportList, TeamExport>();
        services.AddScoped<IExportList, TeamMemberExport>();
        services.AddScoped<IExportList, InvitationExport>();
        services.AddScoped<IExportList, AccessRequestExport>();
        services.AddScoped<IExportList, AccessReviewExport>();
        services.AddScoped<IExportList, ReviewEvidenceExport>();
        services.AddScoped<IExportList, CoverageExport>();
        services.AddScoped<IExportList, MessageExport>();
        services.AddScoped<IExportList, TenantExport>();
        services.AddSingleton(new JobBook(Timetable.Jobs));
        services.AddSingleton<JobRunner>();
        services.AddScoped<JobMinder>();
        services.AddScoped<JobEnd>();
        services.AddScoped<Administrators>();
        services.AddScoped<OldRuns>();
        services.AddScoped<JobService>();
        services.AddScoped<JobDirectory>();
        services.AddScoped<IExportList, JobRunExport>();
        services.AddScoped<DailyReport>();
        services.AddScoped<DormancyService>();
        services.AddScoped<DormancyDirectory>();
        services.AddScoped<BackupService>();
        services.AddScoped<BackupNotes>();
        services.AddSingleton<Restore>();
        services.AddHostedService<ServingLock>();
        services.AddHostedService<JobClock>();

        services.AddScoped<AuditTrail>();
        services.AddSingleton<AuditKeyFiles>();
        services.AddScoped<AuditKeys>();
        services.AddScoped<AuditAdoption>();
        services.AddScoped<ComplianceMail>();
        services.AddScoped<AuditSealer>();
        services.AddSingleton<CheckpointFile>();
        services.AddScoped<AuditCheckpoints>();
        services.AddScoped<AuditVerification>();
        services.AddScoped<AuditPlaces>();
        services.AddScoped<AuditVolumes>();
        services.AddScoped<IExportList, AuditExport>();
        services.AddSingleton<ForwardingGate>();
        services.AddHttpClient(HttpForwarding.ClientName, client => (client.Timeout, client.MaxResponseContentBufferSize) = (Timeout.InfiniteTimeSpan, 64 * 1024))
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ConnectCallback = async (context, cancel) =>
                    await provider.GetRequiredService<ForwardingGate>().ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, context.InitialRequestMessage.RequestUri!.Scheme == "https", cancel),
            });
        services.AddSingleton<IEventReceiver, WebhookReceiver>();
        services.AddSingleton<IEventReceiver, OtlpReceiver>();
        services.AddSingleton<IEventReceiver, SyslogReceiver>();
        services.AddSingleton<EventReceivers>();
        services.AddScoped<ForwarderSecrets>();
        services.AddScoped<ForwarderService>();
        services.AddScoped<ForwardingTurn>();
        services.AddScoped<AuditForwarding>();
        services.AddSingleton<VerificationRuns>();
        services.AddScoped<VerificationDesk>();
        services.AddScoped<SealingStates>();
        services.AddScoped<ProofWriter>();
        services.AddScoped<AuditProof>();
        services.AddSingleton<ProofProgress>();
        services.AddScoped<RetentionArchive>();
        services.AddScoped<AuditRetention>();
        services.AddScoped<AuditRetentionService>();
        services.AddScoped<AuditErasure>();
        services.AddScoped<Refusals>();
        services.AddScoped<DashboardService>();
        services.AddScoped<AttentionService>();
        services.AddSingleton<KeptReports>();
        services.AddScoped<ReportReader>();
        services.AddScoped<ReportBuilder>();
        services.AddScoped<ReportService>();
        services.AddScoped<ReportExport>();
        services.AddScoped<IExportList>(provider => provider.GetRequiredService<ReportExport>());
        services.AddScoped<DailyFigures>();
        services.AddScoped<ScheduledReports>();
        services.AddScoped<ReportScheduleService>();
        services.AddScoped<DemoData>();
        return services;
    }

    public static void AddSettings<TSettings>(this IServiceCollection services, string section) where TSettings : class =>
        services.AddOptions<TSettings>().BindConfiguration($"UserAdmin:{section}");
}
