using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace UserAdmin.Bench;

/// <summary>A program that calls an HTTP API, with an access token once it has signed in.</summary>
internal sealed class ApiProgram(Uri url) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 64 }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(5) };

    private AuthenticationHeaderValue? token;

    public bool IsSignedIn => token is not null;

    public static string Login(string email) => $$"""{"email":"{{email}}","password":"{{Database.Password}}"}""";

    public async Task SignInAsync()
    {
        using var request = NewRequest(HttpMethod.Post, "/api/v1/auth/login", Login(Database.Email));
        using var response = await http.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync());
        token = new("Bearer", answer?["access_token"]?.GetValue<string>() ?? throw new InvalidOperationException($"Sign-in answered {(int)response.StatusCode}"));
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public async Task<Reply> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = NewRequest(method, path, body);
        using var response = await http.SendAsync(request);
        return new(response.StatusCode, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    public async Task<JsonNode> ReadAsync(string path)
    {
        using var request = NewRequest(HttpMethod.Get, path, null);
        using var response = await http.SendAsync(request);
        return response.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(await response.Content.ReadAsStringAsync())! : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}");
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage NewRequest(HttpMethod method, string path, string? body)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = token;
        return request;
    }
}
