using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UserAdmin.Bench;

/// <summary>A program that calls an HTTP API, with an access token once it has signed in.</summary>
internal sealed class ApiProgram(Uri url) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 64 }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(5) };

    private AuthenticationHeaderValue? token;

    public bool IsSignedIn => token is not null;

    public async Task SignInAsync() => token = new("Bearer", (await LoginAsync(Login(Database.Email)))["access_token"]!.GetValue<string>());

    /// <summary>A sign-in that can be sent again and again, from a device that is known after the first: a new one costs a mail.</summary>
    public async Task<string> PrepareSignInAsync(string email) => Login(email, (await LoginAsync(Login(email)))["device_token"]!.GetValue<string>());

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

    private static string Login(string email, string? device = null) => JsonSerializer.Serialize(new { email, password = Database.Password, device_token = device });

    private async Task<JsonNode> LoginAsync(string login)
    {
        using var request = NewRequest(HttpMethod.Post, "/api/v1/auth/login", login);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(text)! : throw new InvalidOperationException($"Sign-in answered {(int)response.StatusCode}: {text}");
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path, string? body)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = token;
        return request;
    }
}
