using Microsoft.Extensions.Options;
using UserAdmin.Core.SignIn;
using UserAdmin.Web.Hosting;

namespace UserAdmin.Web.Security;

/// <summary>
/// Limits how many pages one user, and everybody at one address, keep connected to this server (C12): each costs memory for as long as it is open.
/// </summary>
internal sealed class CircuitLimits(IOptions<PortalSettings> settings)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> open = [];

    public int PerUser => settings.Value.PagesPerUser;

    /// <summary>Whether a page that is opened now could not be connected.</summary>
    public bool IsFullFor(HttpContext http)
    {
        lock (gate)
            return IsFull(KeysOf(http));
    }

    /// <summary>A place that is given back when it is disposed, or null when there is none.</summary>
    public IDisposable? Enter(HttpContext http)
    {
        var keys = KeysOf(http);
        lock (gate)
        {
            if (IsFull(keys))
                return null;
            foreach (var (key, _) in keys)
                open[key] = open.GetValueOrDefault(key) + 1;
        }
        return new Place(this, keys);
    }

    private bool IsFull((string Key, int Limit)[] keys) => keys.Any(entry => open.GetValueOrDefault(entry.Key) >= entry.Limit);

    private (string Key, int Limit)[] KeysOf(HttpContext http) =>
    [
        ($"user:{http.User.TenantName}:{http.User.UserId}", settings.Value.PagesPerUser),
        (SignInGuard.KeyOfAddress(http.ClientAddress), settings.Value.PagesPerAddress),
    ];

    private sealed class Place(CircuitLimits limits, (string Key, int Limit)[] keys) : IDisposable
    {
        public void Dispose()
        {
            lock (limits.gate)
                foreach (var (key, _) in keys)
                    if (--limits.open[key] == 0)
                        limits.open.Remove(key);
        }
    }
}

internal static class CircuitLimiting
{
    /// <summary>A WebSocket is one request as long as it is open; long polling is one request after the other. Both are counted alike.</summary>
    public static void UseCircuitLimits(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (!IsConnection(context.Request))
        {
            await next();
            return;
        }
        using var place = context.RequestServices.GetRequiredService<CircuitLimits>().Enter(context);
        if (place is not null)
        {
            await next();
            return;
        }
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        await context.Response.WriteAsync("Too many pages are open. Close some and load this one again.");
    });

    private static bool IsConnection(HttpRequest request) =>
        request.Path == "/_blazor" && !HttpMethods.IsPost(request.Method) && !HttpMethods.IsDelete(request.Method);
}
