using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Backups;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dormancy;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Settings;

internal sealed record SettingView(string Name, string Title, string? Description);

internal sealed record SettingsView(string Name, IReadOnlyList<SettingView> Settings);

/// <summary>The rules that the settings pages change, over HTTP: each policy under the name of its page.</summary>
internal static class SettingsApi
{
    private static readonly Section[] Sections =
    [
        new Section<RegistrationPolicy>("registration"), new Section<PasswordRules>("passwords"), new Section<SecondFactorPolicy>("second-factor"), new Section<SessionPolicy>("sessions"),
        new Section<AccessRequestPolicy>("access-requests"), new Section<ExportPolicy>("exports"), new Section<CompliancePolicy>("compliance"), new Section<ReportPolicy>("reports"),
        new Section<DormancyPolicy>("dormancy"), new Section<DailyReportPolicy>("daily-report"), new Section<MessagePolicy>("messages"), new Section<BackupPolicy>("backups"),
    ];

    public static void MapSettingsApi(this RouteGroupBuilder api)
    {
        var settings = api.MapGroup("/settings").WithTags("Settings");
        settings.MapGet("", List).Needs(Permission.SettingsView).Answers<Paged<SettingsView>>()
            .Describe("list_settings", "List settings", "The names under which settings are read and changed, and what stands under each. Features and branding have addresses of their own.");
        settings.MapGet("/{name}", FindAsync).Needs(Permission.SettingsView).Answers<JsonObject>()
            .Describe("get_settings", "Read settings", "Those under one name, with the version for If-Match in ETag.");
        settings.MapPut("/{name}", (HttpContext http, string name, Policies policies, Caller caller, CancellationToken cancel) => SaveAsync(http, name, isWhole: true, policies, caller, cancel))
            .Needs(Permission.SettingsEdit).Accepts<JsonObject>("application/json").Answers<JsonObject>()
            .Describe("replace_settings", "Replace settings", "What is left out gets the default of the product.");
        settings.MapPatch("/{name}", (HttpContext http, string name, Policies policies, Caller caller, CancellationToken cancel) => SaveAsync(http, name, isWhole: false, policies, caller, cancel))
            .Needs(Permission.SettingsEdit).Accepts<JsonObject>("application/json").Answers<JsonObject>()
            .Describe("update_settings", "Change settings", "Changes what is there and leaves the rest.");
    }

    private static IResult List(HttpContext http, [AsParameters] ListQuery query) => query.Refuse(http) ?? ApiLists.Answer(http, query, Sections, section => new SettingsView(section.Name, section.Settings));

    private static async Task<IResult> FindAsync(HttpContext http, string name, Policies policies, CancellationToken cancel) =>
        Find(name) is { } section ? ApiAnswers.Record(http, await section.ShowAsync(policies, cancel)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> SaveAsync(HttpContext http, string name, bool isWhole, Policies policies, Caller caller, CancellationToken cancel)
    {
        if (Find(name) is not { } section)
            return ApiAnswers.NotFound(http);
        var (changes, unreadable) = await ApiBody.ReadAsync(http);
        return changes is null ? unreadable!(http) : await section.SaveAsync(http, changes, isWhole, policies, caller, cancel) ?? await FindAsync(http, name, policies, cancel);
    }

    private static Section? Find(string name) => Array.Find(Sections, section => section.Name == name);

    private abstract record Section(string Name)
    {
        public abstract IReadOnlyList<SettingView> Settings { get; }

        public abstract Task<JsonObject> ShowAsync(Policies policies, CancellationToken cancel);

        /// <summary>Null when it was saved.</summary>
        public abstract Task<IResult?> SaveAsync(HttpContext http, JsonObject changes, bool isWhole, Policies policies, Actor actor, CancellationToken cancel);
    }

    private sealed record Section<TPolicy>(string Name) : Section(Name) where TPolicy : class, new()
    {
        // As on the page: what the portal keeps for itself is neither shown nor taken.
        private static readonly PropertyInfo[] Shown = [.. typeof(TPolicy).GetProperties().Where(property => property.CanWrite && property.GetCustomAttribute<ScaffoldColumnAttribute>()?.Scaffold != false)];

        public override IReadOnlyList<SettingView> Settings { get; } =
            [.. Shown.Select(property => (property, Display: property.GetCustomAttribute<DisplayAttribute>())).Select(each => new SettingView(ApiJson.NameOf(each.property.Name), each.Display?.Name ?? each.property.Name, each.Display?.Description))];

        public override async Task<JsonObject> ShowAsync(Policies policies, CancellationToken cancel) => Show(await policies.GetAsync<TPolicy>(cancel));

        public override async Task<IResult?> SaveAsync(HttpContext http, JsonObject changes, bool isWhole, Policies policies, Actor actor, CancellationToken cancel)
        {
            var (current, stamp) = await policies.GetWithStampAsync<TPolicy>(cancel);
            if (ApiAnswers.RefuseStale(http, Show(current)) is { } stale)
                return stale;
            var whole = Json(current);
            foreach (var (name, value) in isWhole ? Show(new TPolicy()) : [])
                whole[name] = value?.DeepClone();
            foreach (var (name, value) in changes)
                if (Shown.Any(property => ApiJson.NameOf(property.Name) == name))
                    whole[name] = value?.DeepClone();
                else
                    return ApiAnswers.Invalid(http, name, "There is no such field, or it can't be set here.");
            var (policy, wrong) = ApiBody.As<TPolicy>(whole);
            return policy is null ? wrong!(http)
                : await policies.SaveAsync(policy, stamp, actor, cancel) is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem)
                : null;
        }

        private static JsonObject Show(TPolicy policy)
        {
            var whole = Json(policy);
            return new(Shown.Select(property => ApiJson.NameOf(property.Name)).Select(name => KeyValuePair.Create(name, whole[name]?.DeepClone())));
        }

        private static JsonObject Json(TPolicy policy)
        {
            var whole = JsonSerializer.SerializeToNode(policy, ApiJson.Options)!.AsObject();
            foreach (var property in typeof(TPolicy).GetProperties().Where(property => !property.CanWrite))
                whole.Remove(ApiJson.NameOf(property.Name));
            return whole;
        }
    }
}
