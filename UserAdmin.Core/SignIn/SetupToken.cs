using System.Security.Cryptography;
using System.Text;

namespace UserAdmin.Core.SignIn;

/// <summary>Proves that whoever opens the set-up page can read the server's console. Made at a start without administrator; one use, 30 minutes.</summary>
public sealed class SetupToken(TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);
    private const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    private readonly Lock gate = new();
    private string? token;
    private DateTimeOffset expiresAt;

    public string Create()
    {
        // 28 characters of 31: 138 bits, in groups that can be read from a screen and typed.
        var letters = RandomNumberGenerator.GetString(Alphabet, 28);
        lock (gate)
        {
            token = string.Join('-', letters.Chunk(7).Select(group => new string(group)));
            expiresAt = clock.GetUtcNow() + Life;
            return token;
        }
    }

    public bool Matches(string attempt)
    {
        lock (gate)
            return token is not null && clock.GetUtcNow() < expiresAt
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(attempt.Trim().ToUpperInvariant()));
    }

    public void Spend()
    {
        lock (gate)
            token = null;
    }
}
