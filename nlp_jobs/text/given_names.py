"""English given names that are hardly ever anything else, and famous names that are no persons.

Left out on purpose: names that are also words (Mark, Will, Grace, Rose, Hope), months (April,
June), and places (Charlotte, Austin, Chelsea, Florence): a text has to introduce those.
"""

from __future__ import annotations

GIVEN_NAMES = frozenset(
    name
    for row in (
        # English-speaking countries
        "Aaron Abigail Adam Adrian Agnes Alan Albert Alec Alex Alexander Alexandra Alfie Alice",
        "Alicia Alison Allan Allison Alyssa Amanda Amber Amelia Amy Andrea",
        "Andrew Andy Angela Angie",
        "Anita Ann Anna Anne Annette Annie Anthony Antonia Archie Arnold Arthur Ashley Audrey Ava",
        "Barbara Barry Beatrice Becky Belinda Ben Benjamin Bernard Beth Bethany Betty Beverley",
        "Bianca Bobby Brandon Brenda Brendan Brett Brian Bridget Bruce Bryan",
        "Callum Cameron Camilla",
        "Candice Carl Carla Carly Carmen Carol Caroline Carolyn Cassandra Catherine Cathy Cecilia",
        "Charlene Charles Charlie Cheryl Chloe Chris Christina Christine Christopher Cindy Claire",
        "Clara Clare Claudia Clive Colin Colleen Connor Corey Courtney Craig Cynthia Damian Dan",
        "Dana Daniel Daniela Danielle Danny Darren Daryl Dave David Debbie Deborah Debra Deirdre",
        "Denise Dennis Derek Desmond Diana Diane Dominic Donald Donna Doreen Doris Dorothy Doug",
        "Douglas Duncan Dylan Eddie Edith Edward Edwin Eileen Elaine Eleanor Elena Eliza Elizabeth",
        "Ella Ellen Ellie Elliot Elsie Emily Emma Eric Erica Erika Erin Ernest Ethan Ethel Eugene",
        "Evelyn Fiona Frances Francesca Francis Frankie Freddie Frederick Gareth Gary Gavin Gemma",
        "Geoff Geoffrey George Georgia Georgina Gerald Gerard Gillian Gina Gladys Glenn Gloria",
        "Gordon Graham Greg Gregory Gwen Hannah Harriet Harry Harvey Hayley Heidi Helen Helena",
        "Henry Hilary Howard Hugh Hugo Ian Imogen Ingrid Irene Isaac Isabel Isabella Isla Ivan",
        "Jackie Jacob Jacqueline Jacqui Jake James Jamie Jane Janet Janice Jared Jasmine Jason",
        "Jeanette Jeff Jeffrey Jemma Jenna Jennifer Jenny Jeremy Jerome Jerry Jessica Jessie Jill",
        "Jim Jimmy Joan Joanna Joanne Jodie Joe Joel Johanna John Johnny Jon",
        "Jonathan Jordan Joseph",
        "Josh Joshua Joyce Judith Judy Julia Julian Juliana Julie Juliet Justin Karen Karl Kate",
        "Katherine Kathleen Kathryn Kathy Katie Katrina Katy Kayla Kayleigh Keith Kelly Kelsey Ken",
        "Kenneth Kerry Kevin Kieran Kim Kimberly Kirsty Kristen Kristin Kristina Kyle Lara Larry",
        "Laura Lauren Laurence Lawrence Leanne Lena Leo Leon Leonard Leslie Lewis Liam Lillian",
        "Linda Lindsay Lindsey Lisa Liz Lois Lorna Lorraine Louis Louisa Louise Lucas Lucy Luke",
        "Lydia Lynn Lynne Maddie Madeleine Maggie Malcolm Mandy Marcus Margaret Maria Marian",
        "Marianne Marie Marilyn Marion Marjorie Marlene Martha Martin Martina Mary Matilda Matt",
        "Matthew Maureen Maurice Megan Melanie Melissa Michael Michaela Michelle Mick Mike",
        "Mildred Milly Miranda Miriam Moira Molly Monica Morgan Muriel Nadia Naomi Natalie Natasha",
        "Nathan Nathaniel Neil Niamh Nicholas Nick Nicky Nicola Nicole Nigel Nina Noah Nora Norma",
        "Norman Oliver Olivia Owen Pamela Patricia Patrick Paul Paula Pauline Peggy Penelope",
        "Peter Phil Philip Philippa Phillip Phoebe Phyllis Polly Priscilla Rachael Rachel Ralph",
        "Raymond Rebecca Reece Reginald Rhys Richard Ricky Rita Robert Roberta Rodney Roger Ron",
        "Ronald Ronnie Rosemary Rosie Ross Rowena Roy Russell Ruth Ryan Sabrina Sally Sam Samantha",
        "Samuel Sandra Sara Sarah Scott Sean Sebastian Shane Shannon Sharon Shaun Sheila Shelley",
        "Shirley Sian Sidney Simon Sonia Sophia Sophie Spencer Stacey Stacy Stan Stanley Stella",
        "Stephanie Stephen Steve Steven Stewart Stuart Sue Susan Susanna Suzanne Sylvia Tamara",
        "Tammy Tania Tanya Tara Ted Teresa Terence Terry Tessa Theo Theresa Thomas Tiffany Tim",
        "Timothy Tina Toby Tom Tommy Toni Tony Tracey Tracy Trevor Trudy Tyler Ursula Valerie",
        "Vanessa Vera Vicky Victor Vincent Vivian Wanda Warren Wayne Wendy Wesley William Yvette",
        "Yvonne Zach Zachary Zoe",
        # elsewhere
        "Aaliyah Abdul Abdullah Adebayo Aditi Adnan Agnieszka Ahmad Ahmed Aisha Akash Alejandro",
        "Ali Alina Aliyah Amara Amina Amir Amit Amrit Ananya Anders Andreas Andrei Andrzej Anil",
        "Anjali Anna-Maria Antonio Anya Arjun Arun Asha Ashok Asif Ayesha Ayse Beata Bilal Bjorn",
        "Bogdan Carlos Chidi Chinedu Chiara Claudio Darius Deepak Deepika Diego Dmitri Dmitry",
        "Dorota Eduardo Elif Emeka Emre Enrique Ewa Fahad Faisal Farah Farid Fatima Fatma Feng",
        "Fernando Francesco Francisco Gabriel Gabriela Gita Giulia Giuseppe",
        "Gopal Gustavo Guillermo",
        "Hamid Hamza Hans Hasan Hassan Heinrich Hiroshi Hussein Ibrahim Ifeoma Igor Imran Indira",
        "Irina Ishaan Ivana Jaime Jamal Jan Javier Jin Joao Jorge Jose Juan Juanita Jurgen Kamal",
        "Karim Karthik Katarzyna Kavita Kenji Khadija Khalid Kiran Kofi Krishna Krzysztof Kumar",
        "Kwame Lakshmi Leila Leticia Lorenzo Luca Luigi Luis Magdalena Mahmoud Malik Manoj",
        "Manuel Marco Marek Mariam Mario Marta Mateo Matteo Mehmet Mei Meera Miguel Mohamed",
        "Mohammad Mohammed Muhammad Mustafa Nadira Naeem Nasir Naveed Neha Ngozi Nikhil Nikita",
        "Nikolai Nisha Obinna Olga Olu Omar Pablo Paolo Parveen Pedro Piotr Pooja Pradeep Prakash",
        "Pranav Preeti Priya Rafael Raj Rajesh Rahul Ramesh Ravi Razia Ricardo Roberto Rohan Rohit",
        "Sadia Said Salma Samir Sana Sandeep Sanjay Sanjeev Santiago Sergei Sergio Shabnam Shahid",
        "Shreya Siobhan Slawomir Sofia Soraya Stefan Sunil Sunita Suresh Svetlana Tariq Tomasz",
        "Uche Usman Vijay Vikram Vladimir Wei Xavier Yasmin Yolanda Yousef Yuki Yusuf Zainab Zofia",
        # more of the British Isles, South Asia, West Africa, Central and Eastern Europe
        "Leroy Glenda Beverly Marguerite Nadine Josie Rosalind Ruaridh Wilf Percy",
        "Abbie Abby Abena Abi Adaeze Agata Akua Aleksandra Amaka Anastasia Andreea Aneta",
        "Aoife Artem Aubrey Babatunde Balbir Baljit Bartek Bartosz Bertie Bhavesh Bhavna",
        "Brianna Bronwyn Caitlin Caoimhe Carlene Carys Catalin Catrin Catriona Cerys",
        "Chantelle Charmaine Chioma Ciara Cillian Conor Cormac Cristian Dafydd Danuta Dariusz",
        "Daz Declan Dermot Dilip Dimitris Dinesh Edna Edyta Effie Efua Eilidh Ekaterina Eleni",
        "Elspeth Enid Eoin Euan Evie Ewan Femi Fergus Ffion Finlay Florin Folake Freddy Gabby",
        "Gaz Gethin Gheorghe Giorgos Grazyna Grzegorz Gurpreet Gus Gwyneth Hailey Haley",
        "Halina Hamish Harjit Harpreet Hitesh Iain Ieuan Ikenna Imani Ioana Ionut Iwona Izzy",
        "Jacek Jade Jagdeep Janusz Jaroslaw Jaspreet Jayesh Jed Jermaine Jez Jolanta Justyna",
        "Kaitlyn Kamil Kamlesh Karolina Kasia Katerina Kaylee Keeley Keira Keisha Kelechi",
        "Kemi Kev Kiera Kirsteen Kojo Kuldeep Kwabena Kwaku Kyra Latoya Layla Lexi Lexie",
        "Libby Llinos Lukasz Maciej Maddison Mahesh Mairead Maisie Maisy Makayla Maksim",
        "Malgorzata Manpreet Marcin Mariusz Marzena Mateusz Mavis Mhairi Mia Mihai Mikey",
        "Millie Monika Morag Mukesh Mya Naresh Natalia Navdeep Nerys Niall Nikos Nneka Oksana",
        "Oleg Ollie Oluwaseun Oonagh Orla Padraig Pallavi Parminder Patryk Pavel Pawel Pritam",
        "Priti Przemek Puja Radha Rajinder Rakesh Razvan Rekha Rhiannon Rhona Ritu Roisin",
        "Rory Roshni Rupa Ruslan Russ Sangita Saoirse Satnam Segun Shanice Shaniqua Shaz",
        "Shilpa Shona Sinead Siobhain Slawek Smita Sneha Sorin Stanislaw Stavros Sukhdeep",
        "Surjit Swati Sylwia Szymon Tadeusz Tanisha Tanvi Tatiana Tegan Temitope Tia Tilly",
        "Trish Trisha Tunde Tyrone Urszula Usha Vandana Vasile Velma Vernon Vidya Vince Vinny",
        "Viorel Wes Wilma Winifred Wojciech Yemi Yiannis Yulia Zac Zack Zak Zbigniew Zoey",
    )
    for name in row.split()
) - frozenset(
    [
        "Ali",
        "Amber",
        "Asha",
        "Cameron",
        "Dana",
        "Diego",
        "Feng",
        "Francisco",
        "Georgia",
        "Gordon",
        "Harvey",
        "Henry",
        "Jan",
        "Jin",
        "Jordan",
        "Jose",
        "Kerry",
        "Krishna",
        "Lara",
        "Lawrence",
        "Leon",
        "Lewis",
        "Martin",
        "Mei",
        "Morgan",
        "Ross",
        "Said",
        "Santiago",
        "Sofia",
        "Spencer",
        "Stanley",
        "Stella",
        "Victor",
        "Wayne",
        "Wei",
    ]
)

# brands, characters and public figures that begin with a given name
FAMOUS_NAMES = (
    "Alexander McQueen|Alexander Wang|Ben (?:&|and) Jerry|Ben Sherman|Betty Crocker|Burt's Bees"
    "|Calvin Klein|Carl's Jr|Carolina Herrera|Charles (?:Schwab|Tyrwhitt|de Gaulle)|Chris Craft"
    "|Christian (?:Dior|Louboutin)|Daniel Wellington|Dave (?:&|and) Buster|David Beckham"
    "|Denny's|Donald Trump|Donna Karan|Dorothy Perkins|Dan Murphy|Eddie Bauer|Edward Jones"
    "|Elizabeth Arden|Elizabeth (?:line|Line|Taylor|II)|Eric Clapton|Fred Perry|Frederick's"
    "|George (?:Foreman|Bush|Washington|Michael)|Georgia (?:Tech|state|State)|Gordon Ramsay"
    "|Gordon's|Harry (?:Potter|Styles)|Harry's razors?|Harvey (?:Nichols|Norman)|Helena Rubinstein"
    "|Henry (?:hoover|Hoover|vacuum)|Howard Johnson|Hugo Boss|Jack Daniel|Jamie Oliver"
    "|James (?:Bond|Dean|Martin)|Jared Leto|Jenny Craig|Jerry's|Jessica Simpson|Jim Beam"
    "|Jimmy (?:Choo|John|Fallon)|Jo Malone|Joe Fresh|Joe's|John (?:Deere|Frieda"
    "|Lewis|Legend|Hancock"
    "|Wayne|Lennon|F\\.? Kennedy|Varvatos|Smedley)|Johnny Rockets|Johnny Cash|Jon Bon Jovi|Juicy"
    "|Karen Millen|Karl Lagerfeld|Kate Spade|Ken doll|Kim Kardashian|Kurt Geiger|Laura (?:Ashley"
    "|Mercier)|Leonard Cohen|Linda McCartney|Louis (?:Vuitton|Armstrong)|Luke Bryan|Marc Jacobs"
    "|Marie (?:Claire|Curie)|Mario (?:Kart|Party|Bros)|Super Mario|Mary (?:Berry|Kay|Poppins)"
    "|Martha Stewart|Martin guitar|Michael (?:Jackson|Jordan|Kors)|Miranda warning|Miranda Kerr"
    "|Mike's Hard|Nathan's|Nick's|Nick Jr|Oscar (?:Mayer|Wilde|de la Renta)|Oliver Twist"
    "|Oliver Bonas|Papa John|Patrick Star|Paul (?:McCartney|Mitchell|Smith|Simon|Newman)"
    "|Peter (?:Pan|Rabbit|Thomas|Jones|Alexander)|Philip (?:Morris|Kingsley)|Ralph Lauren"
    "|Richard Branson|Robert Dyas|Robert Mondavi|Ronald McDonald|Russell (?:Athletic|Hobbs)"
    "|Ruth's Chris|Sally (?:Beauty|Hansen)|Sam(?:'s Club| Adams| Smith)|Samuel (?:Adams|Smith)"
    "|Scott's|Spencer's|Stan Smith|Stanley (?:cup|Cup|flask|knife|mug|tumbler"
    "|Tools)|Stella (?:Artois"
    "|McCartney)|Stephen (?:King|Hawking)|Steve (?:Madden|Jobs)|Ted (?:Baker|Lasso|[Tt]alks?)"
    "|Thomas (?:Cook|Pink|Sabo|the Tank|& Friends)|Tiffany (?:&|and) Co|Tim Hortons|Tim Tams?"
    "|Timothy's|Tina Turner|Toby Carvery|Tom (?:Cruise|Ford|Hanks|yum|Yum|kha|collins|Collins)"
    "|Tom's|Tommy (?:Hilfiger|Bahama)|Tony(?:'s Chocolonely| the Tiger)|Tony Hawk|Trader Joe"
    "|Tracy Anderson|Tyler Perry|Uncle Ben|Vera (?:Bradley|Wang)|Vincent van|Vivian Westwood"
    "|Wendy's|Wendy house|William (?:Hill|Morris|Sonoma|Shakespeare)|Zara Home|Zara Larsson"
    "|Morgan Stanley|Aunt Jemima|Lady Gaga|Doc Martin|Dr\\.? Martens"
)
