using System.Security.Cryptography;
using System.Text;
using UserAdmin.Core.Api;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Api;

/// <summary>Answers a creation that comes again with the same Idempotency-Key with what was answered before, and creates nothing.</summary>
internal static class IdempotencyFilter
{
    private const string Header = "Idempotency-Key";

    /// <summary>For endpoints that create something.</summary>
    public static RouteHandlerBuilder Idempotent(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new IdempotentAttribute());

    /// <summary>Runs the endpoint unless its answer is known. Around the binding of the body, which is read here first.</summary>
    public static void UseIdempotency(this WebApplication app) => app.Use(async (HttpContext http, RequestDelegate next) =>
    {
        if (http.Request.Headers[Header] is not { Count: > 0 } header || http.GetEndpoint()?.Metadata.GetMetadata<IdempotentAttribute>() is null || http.User.UserId is not { } user)
        {
            await next(http);
            return;
        }
        if (header is not [{ Length: > 0 and <= Idempotency.LongestKey } name])
        {
            await ApiAnswers.Invalid(http, Header, $"Choose a key of 1 to {Idempotency.LongestKey} characters.").ExecuteAsync(http);
            return;
        }
        var service = http.RequestServices.GetRequiredService<Idempotency>();
        var key = Idempotency.KeyOf(user, name);
        var known = await service.BeginAsync(key, await FingerprintAsync(http), http.RequestAborted);
        if (!known.Succeeded)
            await ApiAnswers.Refuse(http, known.Problem).ExecuteAsync(http);
        else if (known.Value is { } answer)
            await RepeatAsync(http, answer);
        else
            await RunAsync(http, next, service, key);
    });

    private static async Task RunAsync(HttpContext http, RequestDelegate next, Idempotency service, byte[] key)
    {
        var (original, copy) = (http.Response.Body, new MemoryStream());
        http.Response.Body = copy;
        var kept = false;
        try
        {
            await next(http);
            if (http.Response.StatusCode is >= 200 and < 300)
            {
                await service.KeepAsync(key, new(http.Response.StatusCode, http.Response.Headers.Location, http.Response.ContentType, Encoding.UTF8.GetString(copy.ToArray())), CancellationToken.None);
                kept = true;
            }
        }
        finally
        {
            http.Response.Body = original;
            if (!kept)
                await service.ForgetAsync(key, CancellationToken.None);
        }
        await original.WriteAsync(copy.ToArray(), http.RequestAborted);
    }

    private static async Task RepeatAsync(HttpContext http, KeptAnswer answer)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (answer.Status, answer.ContentType);
        if (answer.Location is not null)
            http.Response.Headers.Location = answer.Location;
        http.Response.Headers["Idempotency-Replayed"] = "true";
        await http.Response.WriteAsync(answer.Body, http.RequestAborted);
    }

    private static async Task<byte[]> FingerprintAsync(HttpContext http)
    {
        http.Request.EnableBuffering(ApiBody.MaximumBytes, ApiBody.MaximumBytes);
        var text = Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(text);
        var buffer = new byte[8192];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
            hash.AppendData(buffer.AsSpan(0, read));
        http.Request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class IdempotentAttribute : Attribute;
}
