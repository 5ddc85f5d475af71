using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.ExternalSignIn;

/// <summary>A round trip to a provider. <paramref name="LinkFor"/> is the session whose user asked to link, null when somebody signs in.</summary>
public sealed record ExternalRequest(string Provider, string State, string Nonce, string Verifier, Guid? LinkFor, string? ReturnUrl, DateTimeOffset ExpiresAt);

/// <summary>Keeps round trips in the browser that began them: encrypted, for five minutes, once.</summary>
public sealed class ExternalRequests(CurrentTenant tenant, IDataProtectionProvider protection, SpentStates spent, TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5), TicketLife = TimeSpan.FromMinutes(1);

    private IDataProtector Protector => protection.CreateProtector("UserAdmin.ExternalSignIn", tenant.Tenant.Name);

    private IDataProtector TicketProtector => protection.CreateProtector("UserAdmin.ExternalLink", tenant.Tenant.Name);

    public (ExternalRequest Request, string Cookie) Begin(string provider, Guid? linkFor, string? returnUrl)
    {
        var request = new ExternalRequest(provider, SessionKey.Create(), SessionKey.Create(), SessionKey.Create(), linkFor, returnUrl, clock.GetUtcNow() + Life);
        return (request, Protector.Protect(JsonSerializer.Serialize(request)));
    }

    /// <summary>The round trip that this browser began with this provider, if the answer belongs to it. Asking uses it up.</summary>
    public ExternalRequest? Take(string? cookie, string provider, string? state)
    {
        var now = clock.GetUtcNow();
        return Read<ExternalRequest>(Protector, cookie) is { } request && request.ExpiresAt > now && request.Provider == provider && request.State == state
            && spent.Add(request.State, request.ExpiresAt, now) ? request : null;
    }

    /// <summary>Shows that linking was asked for on a page of the portal, in this session: a foreign page can't send somebody to link.</summary>
    public string IssueTicket(string provider, Guid sessionId) =>
        TicketProtector.Protect(JsonSerializer.Serialize(new Ticket(provider, sessionId, clock.GetUtcNow() + TicketLife)));

    public bool IsTicket(string ticket, string provider, Guid sessionId) =>
        Read<Ticket>(TicketProtector, ticket) is { } read && read.Provider == provider && read.SessionId == sessionId && read.ExpiresAt > clock.GetUtcNow();

    private static T? Read<T>(IDataProtector protector, string? text) where T : class
    {
        if (string.IsNullOrEmpty(text) || text.Length > 4000)
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(protector.Unprotect(text));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private sealed record Ticket(string Provider, Guid SessionId, DateTimeOffset ExpiresAt);
}

/// <summary>The states answered in the last minutes, on this server. On another one the provider's code, which works once, is what stops a replay.</summary>
public sealed class SpentStates
{
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> spent = new();
    private long sweptAt;

    public bool Add(string state, DateTimeOffset until, DateTimeOffset now)
    {
        if (Interlocked.Read(ref sweptAt) + Sweep.Ticks <= now.UtcTicks)
        {
            Interlocked.Exchange(ref sweptAt, now.UtcTicks);
            foreach (var (old, end) in spent)
                if (end <= now)
                    spent.TryRemove(old, out _);
        }
        return spent.TryAdd(state, until);
    }
}
