using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Tenants;

/// <summary>A tenant that can be asked for, and by which name its links go out.</summary>
public sealed record KnownTenant(Tenant Tenant, TenantStatus Status, string? PrimaryHost)
{
    /// <summary>Its database could not be brought to the current shape; it waits until that succeeds.</summary>
    public bool IsBroken { get; init; }

    public bool IsOpen => Status == TenantStatus.Active && !IsBroken;
}

/// <summary>
/// Which tenants there are and which host name belongs to which: the default one and all ready ones of the catalogue. Kept in memory, never behind
/// this server's own changes and five seconds behind other servers' at most.
/// </summary>
public sealed partial class TenantDirectory(
    IOptions<DatabaseSettings> database, IOptions<TenantSettings> settings, TenantDatabases databases, TenantConnections connections, TimeProvider clock, ILogger<TenantDirectory> logger) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly ConcurrentDictionary<string, bool> broken = new();
    private volatile Book? book;
    private long lookedAt;

    /// <summary>The tenant that every installation has.</summary>
    public Tenant Default { get; } = Tenant.Host(database.Value);

    /// <summary>The default tenant and all others that are not suspended, deleted or broken.</summary>
    public async ValueTask<IReadOnlyList<Tenant>> ActiveAsync(CancellationToken cancel) =>
        [Default, .. (await BookAsync(cancel)).ByName.Values.Select(WithHealth).Where(known => known.IsOpen).Select(known => known.Tenant)];

    /// <summary>All whose database is still there, the default one first.</summary>
    public async ValueTask<IReadOnlyList<Tenant>> AllAsync(CancellationToken cancel) => [Default, .. (await BookAsync(cancel)).ByName.Values.Select(known => known.Tenant)];

    /// <summary>The tenant of this name while it may be used, or null.</summary>
    public async ValueTask<Tenant?> FindActiveAsync(string? name, CancellationToken cancel) =>
        name is null ? null
        : name == Tenant.HostName ? Default
        : (await BookAsync(cancel)).ByName.GetValueOrDefault(name) is { } known && WithHealth(known).IsOpen ? known.Tenant : null;

    /// <summary>Which tenant of the catalogue answers at this host, in whatever state it is; null when nobody does.</summary>
    public async ValueTask<KnownTenant?> FindByHostAsync(string host, CancellationToken cancel)
    {
        var known = await BookAsync(cancel);
        if (known.ByName.Count == 0)
            return null;
        host = host.ToLowerInvariant();
        return known.ByHost.GetValueOrDefault(host) is { } found ? WithHealth(found)
            : NameBelowBase(host) is { } name && known.ByName.GetValueOrDefault(name) is { } below ? WithHealth(below)
            : null;
    }

    /// <summary>The host name of the tenant's links; null for the default tenant, whose address is configured.</summary>
    public string? PrimaryHostOf(Tenant tenant) => book?.ByName.GetValueOrDefault(tenant.Name)?.PrimaryHost;

    /// <summary>The name of the tenant that the base domain gives this host to, be there one or not.</summary>
    internal string? NameBelowBase(string host) =>
        settings.Value.BaseDomain is { Length: > 0 } domain && host.EndsWith($".{domain}", StringComparison.Ordinal) && host[..^(domain.Length + 1)] is var label && !label.Contains('.') ? label : null;

    internal string? BelowBase(string name) => settings.Value.BaseDomain is { Length: > 0 } domain ? $"{name}.{domain}" : null;

    internal bool IsBase(string host) => settings.Value.BaseDomain == host;

    internal bool IsBroken(string name) => broken.ContainsKey(name);

    /// <summary>Its database can't be used until the next attempt to bring it to the current shape succeeds.</summary>
    internal void MarkBroken(Tenant tenant, bool isBroken)
    {
        if (isBroken)
            broken[tenant.Name] = true;
        else
            broken.TryRemove(tenant.Name, out _);
    }

    /// <summary>Call after a change of the catalogue was committed.</summary>
    internal async Task RefreshAsync(CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            Interlocked.Exchange(ref lookedAt, 0);
            await LookAsync(cancel);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private KnownTenant WithHealth(KnownTenant known) => broken.IsEmpty || !broken.ContainsKey(known.Tenant.Name) ? known : known with { IsBroken = true };

    // One request in five seconds asks the database; the others go on with what is known.
    private async ValueTask<Book> BookAsync(CancellationToken cancel)
    {
        if (book is { } kept && IsFresh)
            return kept;
        if (!await gate.WaitAsync(book is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancel))
            return book!;
        try
        {
            if (book is null || !IsFresh)
                await LookAsync(cancel);
            return book!;
        }
        finally
        {
            gate.Release();
        }
    }

    private bool IsFresh => Interlocked.Read(ref lookedAt) + Freshness.Ticks > clock.GetUtcNow().UtcTicks;

    private async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            await using var db = databases.Open(Default);
            // The stamp first: what changes after it was read is read again at the next look.
            var stamp = await db.ChangeStamps.Where(s => s.Name == ChangeStamp.Tenants).Select(s => s.Value).SingleAsync(cancel);
            if (book?.Stamp != stamp)
                book = await LoadAsync(db, stamp, cancel);
        }
        catch (Exception failure) when (failure is DbException or TimeoutException or InvalidOperationException)
        {
            // Whoever needs the default tenant's database notices by themselves; the others go on.
            LogFailed(failure);
            book ??= Book.Empty;
        }
        Interlocked.Exchange(ref lookedAt, clock.GetUtcNow().UtcTicks);
    }

    private async Task<Book> LoadAsync(UserAdminDbContext db, string stamp, CancellationToken cancel)
    {
        var domains = await db.TenantDomains.AsNoTracking().ToListAsync(cancel);
        var records = await db.Tenants.AsNoTracking().Where(t => t.ReadyAt != null && t.PurgedAt == null).ToDictionaryAsync(t => t.Id, cancel);
        var known = new Dictionary<Guid, KnownTenant>();
        foreach (var record in records.Values)
            try
            {
                var own = domains.Where(d => d.TenantId == record.Id).OrderByDescending(d => d.IsPrimary).ThenBy(d => d.Host, StringComparer.Ordinal).FirstOrDefault();
                known[record.Id] = new(connections.Open(record), record.Status, own?.Host ?? BelowBase(record.Name));
            }
            catch (CryptographicException failure)
            {
                LogUnreadable(failure, record.Name);
            }
        return new(stamp, known.Values.ToFrozenDictionary(k => k.Tenant.Name),
            domains.Where(d => known.ContainsKey(d.TenantId)).ToFrozenDictionary(d => d.Host, d => known[d.TenantId]));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not ask which tenants there are; what is known goes on")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Where the database of tenant {Tenant} is can't be read: it was encrypted with a key that is gone")]
    private partial void LogUnreadable(Exception failure, string tenant);

    private sealed record Book(string Stamp, FrozenDictionary<string, KnownTenant> ByName, FrozenDictionary<string, KnownTenant> ByHost)
    {
        public static Book Empty { get; } = new("", FrozenDictionary<string, KnownTenant>.Empty, FrozenDictionary<string, KnownTenant>.Empty);
    }
}
