using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tokens;

namespace UserAdmin.Tests.Api;

/// <summary>A program that uses the API.</summary>
public sealed class ApiClient(TestApp app, string address = "192.0.2.7", string host = "localhost") : IDisposable
{
    private readonly HttpClient client = app.CreateDefaultClient(new Uri($"https://{host}"));

    public string? Token { get; set; }

    public string? RefreshToken { get; set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Signed in as this person, without the detour over their password.</summary>
    public static Task<ApiClient> SignInAsync(TestApp app, Actor person) => SignInAsync(app, app, person, "localhost");

    public static Task<ApiClient> SignInAsync(TestApp app, TestTenant tenant, Actor person) => SignInAsync(app, tenant, person, tenant.Host);

    private static async Task<ApiClient> SignInAsync(TestApp app, ITestPortal portal, Actor person, string host)
    {
        await using var scope = portal.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var user = await db.Users.SingleAsync(user => user.Id == person.UserId, Cancel);
        var opened = await scope.ServiceProvider.GetRequiredService<SessionService>().OpenAsync(user.Id, new("192.0.2.7", "program/1.0", null, null) { Kind = SessionKind.Api }, null, persistent: false, app.Clock.Now, Cancel);
        await db.SaveChangesAsync(Cancel);
        var pair = await scope.ServiceProvider.GetRequiredService<TokenService>().IssueAsync(new(opened.Key, opened.Session.ExpiresAt, "", false) { SessionId = opened.Session.Id, UserId = user.Id }, Cancel);
        return new(app, host: host) { Token = pair.AccessToken, RefreshToken = pair.RefreshToken };
    }

    public Task<HttpResponseMessage> Get(string path) => Send(HttpMethod.Get, path);

    /// <summary>Asks until figures that are being counted are there.</summary>
    public async Task<HttpResponseMessage> Counted(string path)
    {
        while (true)
        {
            var answer = await Get(path);
            if (answer.Status != 503)
                return answer;
            answer.Dispose();
        }
    }

    public Task<HttpResponseMessage> Post(string path, object? body = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, body ?? new { }, headers);

    public Task<HttpResponseMessage> Put(string path, object body, params (string Name, string Value)[] headers) => Send(HttpMethod.Put, path, body, headers);

    public Task<HttpResponseMessage> Patch(string path, object body, params (string Name, string Value)[] headers) => Send(HttpMethod.Patch, path, body, headers);

    public Task<HttpResponseMessage> Delete(string path) => Send(HttpMethod.Delete, path);

    /// <summary>A body that is text is sent as it is.</summary>
    public Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add(TestApp.AddressHeader, address);
        if (Token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request, Cancel);
    }

    public void Dispose() => client.Dispose();
}

public static class ApiResponses
{
    extension(HttpResponseMessage response)
    {
        public int Status => (int)response.StatusCode;

        public async Task<JsonObject> Json() => JsonNode.Parse(await response.Text())!.AsObject();
    }
}
