using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>
/// Identity's hasher with our rounds. At most one hash runs per core, so that signing in can't starve the portal, and whoever finds too
/// many waiting is turned away. Passwords are compared after NFKC, so that every keyboard's "é" is the same.
/// </summary>
public sealed class PasswordHashing(IOptions<PasswordSettings> options) : IDisposable
{
    private const int MaximumWaiting = 100;
    private static readonly User Nobody = new();

    private readonly PasswordHasher<User> hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.HashRounds }));
    private readonly SemaphoreSlim cores = new(Environment.ProcessorCount);
    private string? someHash;
    private int waiting, computed;

    public bool IsOverloaded => Volatile.Read(ref waiting) >= MaximumWaiting;

    /// <summary>How many hashes were computed: the work that must not differ between a known and an unknown account (A06).</summary>
    public int Computed => Volatile.Read(ref computed);

    public Task<string> HashAsync(string password, CancellationToken cancel) =>
        RunAsync(() => hasher.HashPassword(Nobody, Normalize(password)), cancel);

    /// <summary>Compares with the stored hash. Without one it takes as long and fails, so that nobody learns which accounts exist (ASVS 6.3.8).</summary>
    public Task<PasswordVerificationResult> VerifyAsync(string? hash, string password, CancellationToken cancel) => RunAsync(() =>
    {
        var outcome = hasher.VerifyHashedPassword(Nobody, hash ?? (someHash ??= hasher.HashPassword(Nobody, "nobody's")), Normalize(password));
        return hash is null ? PasswordVerificationResult.Failed : outcome;
    }, cancel);

    /// <summary>Makes the hash that unknown accounts are compared with, so that the first such attempt takes no longer than others.</summary>
    public void Warm() => someHash ??= hasher.HashPassword(Nobody, "nobody's");

    public void Dispose() => cores.Dispose();

    private async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        Interlocked.Increment(ref waiting);
        try
        {
            await cores.WaitAsync(cancel);
            try
            {
                Interlocked.Increment(ref computed);
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                cores.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private static string Normalize(string password) => password.Normalize(NormalizationForm.FormKC);
}
