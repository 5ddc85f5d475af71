using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Tests.Api;

namespace UserAdmin.Tests.Guards;

/// <summary>Who gets what from each endpoint of the API. One that isn't here fails the test below: say who may use it.</summary>
public partial class ApiRouteTests
{
    // What Carol (no role) and Alice (owner) get for an empty body at Alice's id; a stranger gets 401 everywhere but at those that are marked open.
    private static readonly Dictionary<string, (int Carol, int Alice)> Matrix = new()
    {
        ["POST /auth/login open"] = (400, 400),
        ["POST /auth/login/second-factor open"] = (400, 400),
        ["POST /auth/login/send-code open"] = (400, 400),
        ["POST /auth/refresh open"] = (400, 400),
        ["POST /auth/confirm"] = (400, 400),
        ["GET /me/tokens"] = (200, 200),
        ["POST /me/tokens"] = (400, 400),
        ["DELETE /me/tokens/{id:guid}"] = (404, 404),
        ["GET /service-accounts"] = (403, 200),
        ["POST /service-accounts"] = (403, 400),
        ["GET /service-accounts/{id:guid}"] = (403, 404),
        ["PUT /service-accounts/{id:guid}"] = (403, 400),
        ["PATCH /service-accounts/{id:guid}"] = (403, 404),
        ["DELETE /service-accounts/{id:guid}"] = (403, 404),
        ["GET /service-accounts/{id:guid}/tokens"] = (403, 200),
        ["POST /service-accounts/{id:guid}/tokens"] = (403, 400),
        ["DELETE /service-accounts/{id:guid}/tokens/{tokenId:guid}"] = (403, 404),
        ["GET /users"] = (403, 200),
        ["GET /users/active_count"] = (403, 200),
        ["POST /users"] = (403, 400),
        ["POST /users/bulk"] = (400, 400),
        ["GET /users/{id:guid}"] = (404, 200),
        ["PUT /users/{id:guid}"] = (403, 400),
        ["PATCH /users/{id:guid}"] = (403, 200),
        ["DELETE /users/{id:guid}"] = (403, 409),
        ["POST /users/{id:guid}/{act}"] = (400, 400),
        ["GET /permissions"] = (403, 200),
        ["GET /permissions/{code}/holders"] = (403, 200),
        ["GET /roles"] = (403, 200),
        ["GET /roles/figures"] = (403, 200),
        ["GET /roles/assignable"] = (403, 200),
        ["POST /roles"] = (403, 400),
        ["GET /roles/{id:guid}"] = (403, 404),
        ["PUT /roles/{id:guid}"] = (403, 400),
        ["PATCH /roles/{id:guid}"] = (403, 404),
        ["DELETE /roles/{id:guid}"] = (403, 404),
        ["GET /roles/{id:guid}/possible-parents"] = (403, 404),
        ["GET /roles/{id:guid}/members"] = (403, 404),
        ["PUT /roles/{id:guid}/second-factor"] = (403, 400),
        ["GET /roles/{id:guid}/permissions"] = (403, 404),
        ["PUT /roles/{id:guid}/permissions"] = (403, 404),
        ["POST /roles/{id:guid}/permissions"] = (403, 400),
        ["DELETE /roles/{id:guid}/permissions/{code}"] = (403, 404),
        ["GET /users/{id:guid}/roles"] = (404, 200),
        ["POST /users/{id:guid}/roles"] = (403, 400),
        ["DELETE /users/{id:guid}/roles/{roleId:guid}"] = (403, 404),
        ["GET /users/{id:guid}/access"] = (404, 200),
        ["GET /me/access"] = (200, 200),
        ["PATCH /role-assignments/{id:guid}"] = (403, 400),
        ["DELETE /role-assignments/{id:guid}"] = (403, 404),
        ["GET /organizations"] = (403, 200),
        ["POST /organizations"] = (403, 400),
        ["GET /organizations/{id:guid}"] = (403, 404),
        ["PUT /organizations/{id:guid}"] = (403, 400),
        ["PATCH /organizations/{id:guid}"] = (403, 404),
        ["DELETE /organizations/{id:guid}"] = (403, 404),
        ["POST /organizations/{id:guid}/move"] = (403, 404),
        ["POST /organizations/{id:guid}/activate"] = (403, 404),
        ["POST /organizations/{id:guid}/deactivate"] = (403, 404),
        ["POST /organizations/{id:guid}/restore"] = (403, 404),
        ["POST /organizations/{id:guid}/invite"] = (403, 400),
        ["GET /organizations/{id:guid}/roles"] = (403, 404),
        ["GET /organizations/{id:guid}/teams"] = (403, 404),
        ["GET /organizations/{id:guid}/members"] = (403, 404),
        ["POST /organizations/{id:guid}/members"] = (403, 400),
        ["GET /organizations/{id:guid}/members/{userId:guid}"] = (403, 404),
        ["PATCH /organizations/{id:guid}/members/{userId:guid}"] = (403, 404),
        ["DELETE /organizations/{id:guid}/members/{userId:guid}"] = (403, 404),
        ["POST /organizations/{id:guid}/members/{userId:guid}/move"] = (403, 400),
        ["GET /users/{id:guid}/organizations"] = (403, 200),
        ["GET /teams"] = (403, 200),
        ["POST /teams"] = (403, 400),
        ["GET /teams/{id:guid}"] = (403, 404),
        ["PUT /teams/{id:guid}"] = (403, 400),
        ["PATCH /teams/{id:guid}"] = (403, 404),
        ["DELETE /teams/{id:guid}"] = (403, 404),
        ["POST /teams/{id:guid}/add_member"] = (403, 400),
        ["POST /teams/{id:guid}/remove_member"] = (403, 400),
        ["PUT /teams/{id:guid}/lead"] = (403, 404),
        ["GET /invitations"] = (403, 200),
        ["POST /invitations"] = (403, 400),
        ["POST /invitations/bulk"] = (403, 400),
        ["GET /invitations/{id:guid}"] = (403, 404),
        ["POST /invitations/{id:guid}/resend"] = (403, 404),
        ["POST /invitations/{id:guid}/revoke"] = (403, 404),
        ["POST /invitations/{id:guid}/link"] = (403, 404),
        ["GET /me/access-requests"] = (200, 200),
        ["GET /me/access-requests/choices"] = (200, 200),
        ["POST /me/access-requests"] = (400, 400),
        ["POST /me/access-requests/{id:guid}/withdraw"] = (404, 404),
        ["GET /access-requests"] = (403, 200),
        ["GET /access-requests/{id:guid}"] = (403, 404),
        ["POST /access-requests/{id:guid}/approve"] = (403, 404),
        ["POST /access-requests/{id:guid}/decline"] = (403, 404),
        ["GET /access-reviews"] = (200, 200),
        ["POST /access-reviews"] = (403, 400),
        ["GET /access-reviews/{id:guid}"] = (404, 404),
        ["GET /access-reviews/{id:guid}/items"] = (404, 404),
        ["POST /access-reviews/{id:guid}/decisions"] = (400, 400),
        ["POST /access-reviews/{id:guid}/close"] = (404, 404),
        ["GET /custom-fields"] = (403, 200),
        ["POST /custom-fields"] = (403, 400),
        ["GET /custom-fields/{id:guid}"] = (403, 404),
        ["PUT /custom-fields/{id:guid}"] = (403, 400),
        ["PATCH /custom-fields/{id:guid}"] = (403, 404),
        ["DELETE /custom-fields/{id:guid}"] = (403, 404),
        ["POST /custom-fields/{id:guid}/retire"] = (403, 404),
        ["POST /custom-fields/{id:guid}/restore"] = (403, 404),
        ["POST /custom-fields/{id:guid}/move-up"] = (403, 404),
        ["GET /users/{id:guid}/custom-fields"] = (403, 200),
        ["PUT /users/{id:guid}/custom-fields"] = (403, 200),
        ["PATCH /users/{id:guid}/custom-fields"] = (403, 200),
        ["GET /me/custom-fields"] = (200, 200),
        ["PUT /me/custom-fields"] = (200, 200),
        ["PATCH /me/custom-fields"] = (200, 200),
        ["GET /terms open"] = (404, 404),
        ["GET /terms/versions"] = (403, 200),
        ["GET /tenants"] = (403, 200),
        ["POST /tenants"] = (403, 400),
        ["GET /tenants/{id:guid}"] = (403, 404),
        ["PATCH /tenants/{id:guid}"] = (403, 404),
        ["DELETE /tenants/{id:guid}"] = (403, 404),
        ["POST /tenants/{id:guid}/suspend"] = (403, 404),
        ["POST /tenants/{id:guid}/resume"] = (403, 404),
        ["POST /tenants/{id:guid}/restore"] = (403, 404),
        ["POST /tenants/{id:guid}/domains"] = (403, 400),
        ["DELETE /tenants/{id:guid}/domains/{host}"] = (403, 404),
        ["PUT /tenants/{id:guid}/primary-domain"] = (403, 400),
        ["GET /features"] = (403, 200),
        ["GET /features/{name}"] = (403, 200),
        ["PUT /features/{name}"] = (403, 400),
        ["GET /settings"] = (403, 200),
        ["GET /settings/{name}"] = (403, 200),
        ["PUT /settings/{name}"] = (403, 200),
        ["PATCH /settings/{name}"] = (403, 200),
        ["GET /branding"] = (403, 200),
        ["PUT /branding"] = (403, 200),
        ["PATCH /branding"] = (403, 200),
        ["DELETE /branding"] = (403, 204),
        ["GET /auth/registration open"] = (200, 200),
        ["POST /auth/register open"] = (400, 400),
        ["POST /auth/verify-email open"] = (400, 400),
        ["POST /auth/resend-verification open"] = (400, 400),
        ["POST /auth/password-reset open"] = (400, 400),
        ["POST /auth/password-reset/confirm open"] = (400, 400),
        ["POST /auth/activate open"] = (400, 400),
        ["POST /auth/email-change/confirm open"] = (400, 400),
        ["GET /me"] = (200, 200),
        ["PUT /me"] = (400, 400),
        ["PATCH /me"] = (200, 200),
        ["GET /me/activity"] = (200, 200),
        ["GET /me/activity/analytics"] = (200, 200),
        ["GET /me/activity/export"] = (200, 200),
        ["GET /me/avatar"] = (404, 404),
        ["PUT /me/avatar"] = (415, 415),
        ["DELETE /me/avatar"] = (204, 204),
        ["GET /me/devices"] = (200, 200),
        ["PATCH /me/devices/{id:guid}"] = (404, 404),
        ["POST /me/devices/{id:guid}/forget"] = (404, 404),
        ["DELETE /me/devices/{id:guid}"] = (404, 404),
        ["GET /me/email"] = (200, 200),
        ["POST /me/email"] = (400, 400),
        ["DELETE /me/email"] = (204, 204),
        ["GET /me/engagement"] = (200, 200),
        ["POST /me/password"] = (400, 400),
        ["POST /me/phone/send-code"] = (400, 400),
        ["POST /me/phone/confirm"] = (400, 400),
        ["GET /me/preferences"] = (200, 200),
        ["PUT /me/preferences"] = (200, 200),
        ["GET /me/preferences/notifications"] = (200, 200),
        ["PUT /me/preferences/notifications"] = (200, 200),
        ["GET /me/preferences/theme"] = (200, 200),
        ["PUT /me/preferences/theme"] = (200, 200),
        ["GET /me/privacy"] = (200, 200),
        ["PUT /me/privacy"] = (200, 200),
        ["GET /me/second-factor"] = (200, 200),
        ["GET /me/sessions"] = (200, 200),
        ["DELETE /me/sessions"] = (204, 204),
        ["DELETE /me/sessions/{id:guid}"] = (404, 404),
        ["GET /people/{id:guid}"] = (200, 200),
        ["GET /second-factor-resets"] = (403, 200),
        ["POST /second-factor-resets/{id:guid}/approve"] = (403, 409),
        ["POST /second-factor-resets/{id:guid}/decline"] = (403, 409),
        ["GET /sessions"] = (403, 200),
        ["GET /sessions/figures"] = (403, 200),
        ["DELETE /sessions/{id:guid}"] = (403, 404),
        ["GET /users/engagement"] = (403, 200),
        ["POST /users/{id:guid}/access-pass"] = (403, 409),
        ["DELETE /users/{id:guid}/access-pass"] = (403, 409),
        ["POST /users/{id:guid}/activation-link"] = (403, 409),
        ["GET /users/{id:guid}/activity"] = (404, 200),
        ["GET /users/{id:guid}/activity/analytics"] = (404, 200),
        ["GET /users/{id:guid}/avatar"] = (404, 404),
        ["DELETE /users/{id:guid}/avatar"] = (403, 204),
        ["POST /users/{id:guid}/confirm-email"] = (403, 409),
        ["GET /users/{id:guid}/devices"] = (403, 200),
        ["DELETE /users/{id:guid}/devices/{device:guid}"] = (403, 404),
        ["GET /users/{id:guid}/engagement"] = (404, 200),
        ["GET /users/{id:guid}/profile"] = (404, 200),
        ["PATCH /users/{id:guid}/profile"] = (403, 200),
        ["POST /users/{id:guid}/resend-activation"] = (403, 409),
        ["POST /users/{id:guid}/reset-password"] = (403, 409),
        ["GET /users/{id:guid}/second-factor"] = (403, 200),
        ["POST /users/{id:guid}/second-factor/reset"] = (403, 409),
        ["GET /users/{id:guid}/sessions"] = (403, 200),
        ["DELETE /users/{id:guid}/sessions"] = (403, 204),
        ["DELETE /users/{id:guid}/sessions/{session:guid}"] = (403, 404),
        ["POST /users/{id:guid}/sign-out"] = (403, 409),
        // Ends the session of the token it is called with, so it comes last.
        ["POST /auth/logout"] = (204, 204),
    };

    internal static bool IsApi(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith("api/v1", StringComparison.Ordinal);

    [Fact]
    public async Task E01_Every_endpoint_is_in_the_matrix_and_the_matrix_has_no_other()
    {
        await using var app = await TestApp.StartAsync();

        var endpoints = app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Where(IsApi)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method =>
                $"{method} {endpoint.RoutePattern.RawText!.Replace("/api/v1", "", StringComparison.Ordinal).TrimEnd('/')}{(endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null ? "" : " open")}"));

        Assert.Equal(Matrix.Keys.Order(StringComparer.Ordinal), endpoints.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task E01_D08_Every_endpoint_answers_whom_the_matrix_says_and_nobody_else()
    {
        await using var app = await TestApp.StartAsync(("Api:RequestsPerMinute", "1000000"), ("Api:RequestsPerMinuteAndAddress", "1000000"), ("Api:SignInsPerMinuteAndAddress", "100000"));
        using var stranger = new ApiClient(app);
        using var carol = await ApiClient.SignInAsync(app, await app.Given(Carol));
        using var alice = await ApiClient.SignInAsync(app, app.Alice);

        List<string> wrong = [];
        foreach (var (route, (forCarol, forAlice)) in Matrix)
            foreach (var (name, program, expected) in new[] { ("a stranger", stranger, route.EndsWith(" open", StringComparison.Ordinal) ? forCarol : 401), ("Carol", carol, forCarol), ("Alice", alice, forAlice) })
            {
                using var answer = await Try(app, program, route);
                if (answer.Status != expected)
                    wrong.Add($"{name} at {route}: {answer.Status} instead of {expected}");
                if (answer.Status >= 400 && answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
                    wrong.Add($"{name} at {route}: no problem details");
            }
        Assert.Equal("", string.Join("; ", wrong));
    }

    private static async Task<HttpResponseMessage> Try(TestApp app, ApiClient program, string route)
    {
        var (method, path) = (new HttpMethod(route.Split(' ')[0]), route.Split(' ')[1]);
        var address = $"/api/v1{path}".Replace("{act}", "lock", StringComparison.Ordinal).Replace("{code}", "users.view", StringComparison.Ordinal).Replace("{name}", "sessions", StringComparison.Ordinal).Replace("{host}", "other.example", StringComparison.Ordinal);
        address = Id.Replace(address, $"{app.Alice.UserId}");
        return method == HttpMethod.Get ? await program.Counted(address) : await program.Send(method, address, method == HttpMethod.Delete ? null : "{}");
    }

    [GeneratedRegex(@"\{\w+:guid\}")]
    private static partial Regex Id { get; }
}
