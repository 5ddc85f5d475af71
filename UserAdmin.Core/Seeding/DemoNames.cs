namespace UserAdmin.Core.Seeding;

/// <summary>
/// Names and addresses of many cultures, common ones first. A blank parts entries and "_" stands for a blank inside one; "native=latin" says
/// how a name is written in a user name, "his|hers" how a last name changes, "#" is any digit. Phone numbers are reserved or not assignable.
/// </summary>
internal static class DemoNames
{
    private const string EnglishWomen =
        "Olivia Emma Mary Sarah Emily Jessica Charlotte Grace Amelia Hannah Sophie Elizabeth Margaret Alice Ruby Zoë Chloé Niamh Siobhán Imogen Winifred Philippa";

    private const string EnglishMen =
        "James John Michael David Oliver William Thomas Jack Daniel George Robert Harry Joseph Samuel Edward Henry Liam Seán Rhys Gareth Fergus Barnaby";

    private const string EnglishLastNames =
        "Smith Johnson Williams Jones Brown Taylor Davis Miller Wilson Moore Evans Thomas Roberts Walker Wright Robinson Thompson White Hughes Edwards Green Hall " +
        "Wood Harris Clarke Jackson Turner Hill Cooper Morris Ward Bell O'Brien O'Connor MacDonald McCarthy Nuñez FitzGerald ap_Rhys Featherstonehaugh";

    private const string EnglishStems =
        "Ash Black Brad Clif Craw Dun Elling Fair Gold Hale Hart High Hol Kings Lang Lin Marsh Mill Nor Oak Pem Pres Rad Red Ross Shel Stan Stock Sut Thorn Wal Wes Whit Win";

    private const string EnglishEndings = "ford ton ley field wood worth bury by ham well brook more";

    private const string SpanishWomen =
        "María Carmen Ana Lucía Laura Marta Sofía Paula Elena Isabel Cristina Raquel Ángela Begoña Inés Rocío Itziar Montserrat";

    private const string SpanishMen =
        "Antonio José Manuel Francisco Javier David Juan Carlos Daniel Alejandro Miguel Jesús Ángel Andrés Iván Óscar Íñigo Jordi";

    private const string SpanishLastNames =
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Torres " +
        "Domínguez Vázquez Ramos Núñez Ibáñez de_la_Cruz Peña Etxeberria";

    public static IReadOnlyList<Culture> All { get; } =
    [
        new(8, "United States", EnglishWomen, EnglishMen, EnglishLastNames)
        {
            Stems = EnglishStems, Endings = EnglishEndings, Phone = "+1 202 555 01##", PostalCode = "#####",
            Cities = "Springfield Portland Austin Columbus Denver Boston", Streets = "#_Main_Street 1##_Oak_Avenue 2##_Maple_Drive #1_Lake_Road",
        },
        new(8, "United Kingdom", EnglishWomen, EnglishMen, EnglishLastNames)
        {
            Stems = EnglishStems, Endings = EnglishEndings, Phone = "+44 7700 900###", PostalCode = "B# #AA",
            Cities = "London Birmingham Manchester Leeds Glasgow Cardiff Belfast", Streets = "#_High_Street 1#_Station_Road #4_Church_Lane 2#_Victoria_Road",
        },
        new(7, "Spain", SpanishWomen, SpanishMen, SpanishLastNames)
        {
            TwoLastNames = 0.9, LastNameJoint = " ", Phone = "+34 000 ### ###", PostalCode = "28###",
            Cities = "Madrid Barcelona Valencia Sevilla Zaragoza A_Coruña", Streets = "Calle_Mayor_# Avenida_de_la_Constitución_1# Plaza_de_España_# Carrer_d'Aragó_2##",
        },
        new(3, "Mexico", SpanishWomen, SpanishMen, SpanishLastNames)
        {
            TwoLastNames = 0.9, LastNameJoint = " ", Phone = "+52 00 #### ####", PostalCode = "06###",
            Cities = "Ciudad_de_México Guadalajara Monterrey Mérida", Streets = "Avenida_Juárez_# Calle_Hidalgo_1# Paseo_de_la_Reforma_2##",
        },
        new(8, "Germany",
            "Anna Maria Julia Laura Lena Katharina Sabine Petra Ursula Monika Renate Jana Franziska Käthe Jördis Hannelore",
            "Peter Michael Thomas Andreas Stefan Christian Lukas Jonas Felix Jürgen Günther Jörg Björn Matthias Ekkehard Sönke",
            "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Krüger " +
            "Hartmann Lange Krause Lehmann Köhler Weiß Jäger Groß von_der_Heide Übelacker")
        {
            Stems = "Stein Berg Eichen Linden Hohen Rosen Wald Gold Silber Grün Roth Kirch Brunn Mühl Ober Neu Alt", Endings = "bach mann feld hofer bauer meier thal hausen",
            Phone = "+49 30 23125 ###", PostalCode = "1####", Cities = "Berlin Hamburg München Köln Leipzig Düsseldorf Nürnberg Görlitz",
            Streets = "Hauptstraße_# Bahnhofstraße_1# Gartenweg_# Schillerstraße_2# Am_Mühlbach_#",
        },
        new(7, "France",
            "Marie Camille Léa Chloé Manon Inès Élodie Céline Hélène Françoise Aurélie Noémie Anaïs Zoé Maëlle Gwenaëlle",
            "Jean Pierre Michel Louis Nicolas Julien François Étienne Jérôme Sébastien Rémi Benoît Loïc Gaël Raphaël Théophile",
            "Martin Bernard Dubois Thomas Robert Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia Roux Fournier Girard Bonnet Dupont Lambert " +
            "Lefèvre Mercier Boyer Chevalier François Gérard Bézier Le_Goff de_La_Tour Quéméneur")
        {
            TwoFirstNames = 0.15, FirstNameJoint = "-", Phone = "+33 6 39 98 ## ##", PostalCode = "75###",
            Cities = "Paris Lyon Marseille Toulouse Orléans Nîmes", Streets = "#_rue_de_la_République 1#_avenue_Victor_Hugo #_place_de_l'Église 2#_rue_du_Château",
        },
        new(5, "Brazil",
            "Maria Ana Juliana Fernanda Patrícia Beatriz Letícia Luísa Vitória Conceição Inês Thaís",
            "José João Carlos Paulo Pedro Lucas Gabriel Rafael Antônio Luís Sebastião Tomé",
            "Silva Santos Oliveira Souza Pereira Lima Carvalho Ferreira Ribeiro Almeida Costa Gomes Araújo Magalhães Simões Guimarães da_Conceição")
        {
            TwoLastNames = 0.5, LastNameJoint = " ", TwoFirstNames = 0.15, Phone = "+55 00 ##### ####", PostalCode = "010##-###",
            Cities = "São_Paulo Brasília Belém Goiânia", Streets = "Rua_das_Flores_# Avenida_Brasil_1## Rua_São_João_#",
        },
        new(5, "Italy",
            "Giulia Sofia Chiara Francesca Elena Martina Alessia Federica Niccolina Benedetta Ludovica Letizia",
            "Marco Andrea Luca Giuseppe Francesco Matteo Lorenzo Alessandro Nicolò Pasquale Gioacchino Ermenegildo",
            "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca D'Angelo Lo_Presti Nicolosì Dall'Acqua")
        {
            Phone = "+39 000 ### ####", PostalCode = "001##", Cities = "Roma Milano Napoli Torino Forlì", Streets = "Via_Roma_# Corso_Garibaldi_1# Piazza_della_Libertà_#",
        },
        new(5, "Poland",
            "Anna Maria Katarzyna Małgorzata Agnieszka Zofia Łucja Elżbieta Świętosława Róża Bożena Żaneta",
            "Jan Piotr Krzysztof Andrzej Paweł Michał Stanisław Łukasz Wojciech Grzegorz Błażej Święcisław",
            "Nowak Kowalski|Kowalska Wiśniewski|Wiśniewska Wójcik Kowalczyk Kamiński|Kamińska Lewandowski|Lewandowska Zieliński|Zielińska Woźniak Szymański|Szymańska " +
            "Dąbrowski|Dąbrowska Kozłowski|Kozłowska Jankowski|Jankowska Król Wróbel Gołąb Brzęczyszczykiewicz")
        {
            Phone = "+48 000 ### ###", PostalCode = "00-###", Cities = "Warszawa Kraków Łódź Wrocław Gdańsk", Streets = "ul._Polna_# ul._Kościuszki_1# al._Niepodległości_2##",
        },
        new(4, "Türkiye",
            "Fatma Ayşe Emine Zeynep Elif Gülşen Özlem Çiğdem Şule İrem Işıl Gökçe",
            "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Ömer Çağrı Şükrü Özgür Yiğit",
            "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Çetin Güneş Işık İnce Şimşek Ağaoğlu")
        {
            Phone = "+90 000 ### ####", PostalCode = "34###", Cities = "İstanbul Ankara İzmir Eskişehir Diyarbakır", Streets = "Atatürk_Caddesi_# Çiçek_Sokak_1# İnönü_Bulvarı_2##",
        },
        new(5, "Sweden",
            "Anna Eva Karin Kristina Åsa Märta Elin Ingrid Göta Linnéa Maj-Britt Ragnhild",
            "Lars Anders Johan Erik Björn Göran Åke Håkan Östen Sven Torbjörn Sigvard",
            "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Jönsson Håkansson Åkesson Öberg Björk Sjögren af_Ugglas")
        {
            Stems = "Lind Berg Sand Ek Björk Alm Hag Sjö Strand Ny Öst Väst Söder Holm Gran Åker", Endings = "ström qvist gren man lund dal vall fors mark",
            Phone = "+46 70 174 06 ##", PostalCode = "1## ##", Cities = "Stockholm Göteborg Malmö Umeå Örebro", Streets = "Storgatan_# Kyrkogatan_1# Ängsvägen_#",
        },
        new(2, "Norway",
            "Anne Ingrid Kari Solveig Astrid Bjørg Åse Sigrún Ragnhild Liv Gudrun Guðrún",
            "Jan Per Bjørn Ole Kjell Øyvind Håkon Terje Søren Ægir Þór Rune",
            "Hansen Johansen Olsen Larsen Pedersen Nilsen Sørensen Jørgensen Møller Bjørnstad Bakke Haugen Ødegård Åsen Þorsteinsson|Þorsteinsdóttir")
        {
            Phone = "+47 000 ## ###", PostalCode = "0###", Cities = "Oslo Bergen Tromsø Ålesund", Streets = "Storgata_# Bjørkeveien_1# Kirkegata_#",
        },
        new(2, "Finland", "Aino Helena Johanna Päivi Riitta Sanna Kyllikki Tyyne", "Juhani Mikko Antti Väinö Pekka Jyrki Yrjö Väinämö",
            "Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Yli-Hännilä")
        {
            Phone = "+358 00 ### ####", PostalCode = "00##0", Cities = "Helsinki Jyväskylä Hämeenlinna", Streets = "Mannerheimintie_# Kirkkokatu_1# Mäkitie_#",
        },
        new(3, "Netherlands", "Anna Johanna Sanne Femke Lotte Anouk Renée Geertruida", "Jan Pieter Daan Sem Willem Joost Thijs André",
            "de_Jong Jansen de_Vries van_den_Berg Bakker van_Dijk Visser Smit Meijer de_Boer Mulder de_Groot Bos Vos van_'t_Hof Zeeëgel IJsbrandy")
        {
            Phone = "+31 0 00 ### ###", PostalCode = "10## AA", Cities = "Amsterdam Utrecht Eindhoven 's-Hertogenbosch", Streets = "Dorpsstraat_# Kerkweg_1# Prinsengracht_2##",
        },
        new(3, "Czechia", "Jana Marie Eva Hana Lenka Kateřina Lucie Žaneta Růžena Božena", "Jiří Jan Petr Josef Pavel Tomáš Lukáš Ondřej Řehoř Čeněk",
            "Novák|Nováková Svoboda|Svobodová Novotný|Novotná Dvořák|Dvořáková Černý|Černá Procházka|Procházková Kučera|Kučerová Veselý|Veselá Šťastný|Šťastná Říha|Říhová")
        {
            Phone = "+420 000 ### ###", PostalCode = "1## 00", Cities = "Praha Brno Plzeň Třebíč", Streets = "Náměstí_Míru_# Husova_1# Lipová_#",
        },
        new(2, "Hungary", "Mária Erzsébet Katalin Ilona Zsuzsanna Ágnes Györgyi Tünde", "László István József Zoltán Gergő Ödön Győző Szilárd",
            "Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Gőgös Szűcs")
        {
            Phone = "+36 00 ### ####", PostalCode = "1##2", Cities = "Budapest Győr Szeged Pécs", Streets = "Fő_utca_# Petőfi_Sándor_utca_1# Kossuth_tér_#",
        },
        new(2, "Croatia", "Marija Ana Ivana Mirjana Željka Đurđica Šima", "Ivan Josip Marko Tomislav Željko Krešimir Đuro",
            "Horvat Kovačević Babić Marić Jurić Novak Kovačić Knežević Vuković Đurić Šimić Žižić")
        {
            Phone = "+385 00 ### ###", PostalCode = "10##0", Cities = "Zagreb Split Šibenik", Streets = "Ilica_# Vukovarska_1# Trg_bana_Jelačića_#",
        },
        new(3, "Nigeria", "Ngozi Chioma Aisha Folasade Adé Ìyábọ̀=iyabo Zainab Ifeoma", "Emeka Chinedu Musa Olúwaṣeun=oluwaseun Tunde Ibrahim Obinna Kọ́láwọlé=kolawole",
            "Okafor Okonkwo Adeyemi Bello Eze Mohammed Adébáyọ̀=adebayo Nwosu Balogun Ọláńrewájú=olanrewaju Danjuma Ekwueme")
        {
            Phone = "+234 000 ### ####", PostalCode = "1##001", Cities = "Lagos Abuja Kano Ìbàdàn", Streets = "#_Marina_Road 1#_Awolowo_Way",
        },
        new(4, "Vietnam", "Thị_Lan Thị_Hương Ngọc_Ánh Thu_Thảo Minh_Châu Phương_Thúy Thị_Mỹ Như_Quỳnh", "Văn_Hùng Minh_Đức Quốc_Bảo Hữu_Nghĩa Đình_Trọng Xuân_Trường Thế_Vỹ Gia_Huy",
            "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý")
        {
            TwoFirstNames = 0, TwoLastNames = 0, Phone = "+84 000 ### ###", PostalCode = "1#00##", Cities = "Hà_Nội Đà_Nẵng Huế Cần_Thơ", Streets = "#_Lê_Lợi 1#_Trần_Hưng_Đạo 2#_Nguyễn_Huệ",
        },
        .. NativeNames.All,
    ];
}
