using System.Text;

namespace UserAdmin.Core.Seeding;

/// <summary>A name as its bearer writes it and as it looks in a user name.</summary>
internal readonly record struct DemoName(string Native, string Latin)
{
    public static DemoName Read(string entry)
    {
        var parts = entry.Replace('_', ' ').Split('=');
        return new(parts[0], Latinize(parts[^1]));
    }

    public DemoName Join(string joint, DemoName other) => other == this ? this : new($"{Native}{joint}{other.Native}", Latin + other.Latin);

    private static string Latinize(string name)
    {
        var latin = new StringBuilder();
        foreach (var c in name.Normalize(NormalizationForm.FormD).Select(char.ToLowerInvariant))
            latin.Append(char.IsAsciiLetter(c) ? $"{c}" : Plain(c));
        return latin.ToString();
    }

    // Letters that have no accent to take off.
    private static string Plain(char c) => c switch
    {
        'ß' => "ss",
        'æ' => "ae",
        'ø' => "o",
        'đ' or 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ı' => "i",
        _ => "",
    };
}

/// <summary>What people of one country are called and where they live; <see cref="DemoNames"/> tells the notation.</summary>
internal sealed class Culture(int weight, string country, string women, string men, string lastNames)
{
    private readonly DemoName[] women = [.. women.Split(' ').Select(DemoName.Read)];
    private readonly DemoName[] men = [.. men.Split(' ').Select(DemoName.Read)];
    private readonly (DemoName His, DemoName Hers)[] lastNames =
        [.. lastNames.Split(' ').Select(entry => entry.Split('|')).Select(forms => (DemoName.Read(forms[0]), DemoName.Read(forms[^1])))];

    /// <summary>How many of a hundred people or so are of this country.</summary>
    public int Weight => weight;

    public string Country => country;
    public required string Phone { private get; init; }
    public required string PostalCode { private get; init; }
    public required string Cities { private get; init; }
    public required string Streets { private get; init; }

    /// <summary>Parts that rarer last names are made of.</summary>
    public string? Stems { private get; init; }
    public string? Endings { private get; init; }

    public double TwoFirstNames { private get; init; } = 0.08;
    public string FirstNameJoint { private get; init; } = " ";
    public double TwoLastNames { private get; init; } = 0.02;
    public string LastNameJoint { private get; init; } = "-";

    public (DemoName First, DemoName Last) Name(Random random)
    {
        var isWoman = random.Next(2) == 0;
        var first = One(isWoman ? women : men, random);
        if (random.NextDouble() < TwoFirstNames)
            first = first.Join(FirstNameJoint, One(isWoman ? women : men, random));

        var last = LastName(isWoman, random);
        if (random.NextDouble() < TwoLastNames)
            last = last.Join(LastNameJoint, LastName(isWoman, random));
        return (first, last);
    }

    public string PhoneNumber(Random random) => Fill(Phone, random);

    public (string Street, string PostalCode, string City) Address(Random random) =>
        (Fill(One(Streets.Split(' '), random), random), Fill(PostalCode, random), Fill(One(Cities.Split(' '), random), random));

    private DemoName LastName(bool isWoman, Random random)
    {
        if (Stems is not null && Endings is not null && random.NextDouble() < 0.15)
            return DemoName.Read(One(Stems.Split(' '), random) + One(Endings.Split(' '), random));

        var (his, hers) = One(lastNames, random);
        return isWoman ? hers : his;
    }

    // The earlier in the list, the more common.
    private static T One<T>(T[] list, Random random) => list[(int)(list.Length * Math.Pow(random.NextDouble(), 1.5))];

    private static string Fill(string pattern, Random random) =>
        string.Concat(pattern.Select(c => c switch { '#' => (char)random.Next('1', '9' + 1), '_' => ' ', _ => c }));
}
