using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Users;
using UserAdmin.Tests.InBrowser;

namespace UserAdmin.Tests.Api;

public class ApiGuideTests
{
    // As they stand in the five documents, without the base of their addresses.
    private static readonly string[] NamedBySources =
    [
        "GET /users/", "POST /users/", "GET /users/{id}/", "PUT /users/{id}/", "PATCH /users/{id}/", "DELETE /users/{id}/", "GET /users/active_count/",
        "POST /auth/register/", "POST /auth/login/", "POST /auth/password-reset/", "PATCH /users/{id}/update/", "DELETE /users/{id}/deactivate/", "POST /users/bulk/",
        "POST /auth/", "POST /auth/token/refresh/", "POST /auth/logout/", "GET /account/me/", "POST /account/register/", "PUT /account/profile/", "POST /account/change-password/",
        "GET /company/", "POST /company/", "GET /company/{id}/", "POST /company/{id}/invite/", "GET /company/{id}/members/", "GET /company/{id}/roles/",
        "GET /access-control/permissions/", "GET /access-control/roles/", "POST /access-control/roles/", "POST /access-control/roles/{id}/permissions/", "GET /swagger/", "GET /admin/",
        "GET /users/profile", "PUT /users/profile", "POST /users/profile/avatar", "DELETE /users/profile/avatar", "GET /users/profile/privacy", "PUT /users/profile/privacy",
        "GET /users/preferences", "PUT /users/preferences", "GET /users/preferences/theme", "PUT /users/preferences/theme", "GET /users/preferences/notifications", "PUT /users/preferences/notifications",
        "GET /roles", "POST /roles", "PUT /roles/{role_id}", "DELETE /roles/{role_id}", "GET /permissions", "POST /users/{user_id}/roles", "DELETE /users/{user_id}/roles/{role_id}",
        "GET /users/activity", "GET /users/activity/analytics", "GET /users/activity/export", "GET /users/engagement",
        "GET /users/sessions", "DELETE /users/sessions/{session_id}", "DELETE /users/sessions/all", "GET /users/devices",
        "POST /users/data/export", "GET /users/data/export/{export_id}", "GET /users/data/export/{export_id}/download", "POST /users/data/import", "GET /users/data/import/{import_id}",
        "POST /auth/refresh/", "GET /users/me/", "POST /users/change_password/", "POST /users/{id}/reset_password/", "GET /organizations/", "POST /organizations/", "GET /organizations/{id}/",
        "PUT /organizations/{id}/", "PATCH /organizations/{id}/", "DELETE /organizations/{id}/", "GET /teams/", "POST /teams/", "GET /teams/{id}/", "PUT /teams/{id}/", "PATCH /teams/{id}/", "DELETE /teams/{id}/",
        "POST /teams/{id}/add_member/", "POST /teams/{id}/remove_member/", "GET /roles/{id}/", "PATCH /roles/{id}/", "POST /users/auth/login/", "GET /users/users/me/", "GET /users/users/", "POST /users/users/",
        "GET /api/v1/", "GET /api/docs/",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task H1_The_examples_of_the_guide_do_what_they_say()
    {
        await using var app = await BrowserApp.StartAsync();
        await app.Given(Alice);
        var token = "";

        foreach (var example in ApiGuide.Lines.Where(line => line.StartsWith("curl ", StringComparison.Ordinal)))
        {
            var (status, answer) = await Run(example, ("PORTAL", app.Url.ToString().TrimEnd('/')), ("EMAIL", "alice@example.org"), ("PASSWORD", Cast.Password), ("TOKEN", token));
            Assert.True(status is "200" or "201" or "202", $"{example}: {status} {answer}");
            if (token.Length == 0)
                token = (string)JsonNode.Parse(answer)!["access_token"]!;
        }

        Assert.NotEqual("", token);
    }

    [Fact]
    public async Task H3_The_guide_names_every_endpoint_and_no_other_and_all_that_the_sources_name()
    {
        await using var app = await TestApp.StartAsync(("Api:Docs", "true"));
        var contract = await ApiContract.ReadAsync(app);
        var there = contract.Operations.ToDictionary(operation => ApiGuide.Normal($"{operation}"));
        var guide = ApiGuide.Read();

        None("These are in no table of endpoints of docs/api.md", there.Keys.Except(guide.Endpoints.Keys));
        None("Tables of endpoints in docs/api.md name what isn't there", guide.Endpoints.Keys.Except(there.Keys));
        None("The table of what the sources name names what isn't there", guide.Ours.Except(there.Keys));
        None("These endpoints of the sources are not in docs/api.md", NamedBySources.Select(ApiGuide.Normal).Except(guide.Sources));
        None("No source names these", guide.Sources.Except(NamedBySources.Select(ApiGuide.Normal)));
        None("docs/api.md says another permission of these", there.Where(one => PermissionOf(one.Value) is { } code && !guide.Endpoints[one.Key].Contains($"`{code}`", StringComparison.Ordinal)).Select(one => $"{one.Key}: {PermissionOf(one.Value)}"));
        None("No record has fields of these names", guide.Fields.Except(contract.Document["components"]!["schemas"]!.AsObject().SelectMany(schema => schema.Value!["properties"]?.AsObject().Select(field => field.Key) ?? [])));
    }

    [Fact]
    public async Task D4_The_guide_says_of_every_list_that_can_be_taken_out_what_its_query_takes()
    {
        await using var portal = await TestPortal.StartAsync();
        await using var scope = portal.Services.CreateAsyncScope();

        var there = scope.ServiceProvider.GetServices<IExportList>().ToDictionary(list => list.Name, list => NamesIn(QueryOf(list.GetType())).Order(StringComparer.Ordinal).ToList());

        var described = ApiGuide.Read().Lists;
        Assert.Equal(there.Keys.Order(StringComparer.Ordinal), described.Keys.Order(StringComparer.Ordinal));
        foreach (var (list, names) in there)
            Assert.Equal($"{list}: {string.Join(", ", names)}", $"{list}: {string.Join(", ", described[list].Order(StringComparer.Ordinal))}");
    }

    private static void None(string what, IEnumerable<string> found)
    {
        var list = string.Join("\n", found.Order(StringComparer.Ordinal));
        Assert.True(list.Length == 0, $"{what}:\n{list}");
    }

    private static string? PermissionOf(ApiOperation operation) => ((string?)operation.Json["description"] ?? "").Split("Needs the permission `") is [_, var rest] ? rest.Split('`')[0] : null;

    private static Type QueryOf(Type list) =>
        list == typeof(UserExport) ? typeof(UserExportQuery) : list == typeof(AuditExport) ? typeof(AuditFilter) : list == typeof(JobRunExport) ? typeof(JobRunFilter) : list == typeof(ReportExport) ? typeof(ReportFile)
        : list.BaseType!.GetGenericArguments()[0];

    // How many rows a page has is nothing that a file knows.
    private static IEnumerable<string> NamesIn(Type query) =>
        from property in query.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.SetMethod is { IsPublic: true } && property.Name != "PageSize"
        from name in property.PropertyType is { IsClass: true, Namespace: ['U', 's', 'e', 'r', 'A', ..] } part ? NamesIn(part).Prepend(NameOf(property)) : property.Name == nameof(UserFilter.Custom) ? [NameOf(property), "item1", "item2"] : [NameOf(property)]
        select name;

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static async Task<(string Status, string Answer)> Run(string command, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"command -v curl > /dev/null || exit 99; {command} -w '\\n%{{http_code}}'"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            using var shell = Process.Start(start)!;
            var output = (await shell.StandardOutput.ReadToEndAsync(Cancel)).Split('\n');
            await shell.WaitForExitAsync(Cancel);
            Assert.SkipWhen(shell.ExitCode == 99, "There is no curl.");
            return (output[^1], string.Join('\n', output[..^1]));
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no shell.");
            throw;
        }
    }
}
